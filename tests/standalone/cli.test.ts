import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { unusedCode } from '../../server/src/standalone/credentials/one-time-password.ts'
import type { CommandLine, Ran } from '../support/command-line.ts'
import { commandLine, valueOf } from '../support/command-line.ts'
import { freshDatabase } from '../support/postgres.ts'

/** Each command is a process that loads the server. */
const SLOW = { timeout: 300_000 }

const CALLBACKS =
  '--redirect-uri https://portal.test/callback --redirect-uri http://localhost:1/c?x=1'
const PORTAL = [
  ...`app create --client-id portal --name Portal --type spa ${CALLBACKS}`.split(' '),
  '--scope',
  'openid profile orders:read orders:write',
]

const done = (out: string): Ran => ({ code: 0, out, err: '' })
const failed = (code: number, message: string): Ran => ({
  code,
  out: '',
  err: `understudy: ${message}\n`,
})

describe('the command line, on a machine where nothing was set up', SLOW, () => {
  let cli: CommandLine
  let root: Ran
  let service: Ran

  const audit = async (words = ''): Promise<Record<string, unknown>[]> => {
    const { out } = await cli.run(`audit tail --limit 1000 --json${words}`)
    const lines = out.split('\n').filter((line) => line !== '')
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  }
  const codeNow = async (): Promise<string> => {
    const secret = valueOf(root.out, 'one-time-password secret')
    for (;;) {
      const [factor] = (await cli.dump())['second_factor'] ?? []
      const code = unusedCode(secret, factor?.['last_step'] as number | null, Date.now())
      if (code !== null) return code
      await delay(1000)
    }
  }
  const impersonate = (env: Record<string, string>, words: readonly string[] = []): Promise<Ran> =>
    cli.run(
      ['impersonate', '--actor', 'root@x.test', '--user', 'usr_jane', '--app', 'portal', ...words],
      { env },
    )

  beforeAll(async () => {
    cli = await commandLine()
  })
  afterAll(() => cli.close())

  it('a look at nothing says what is missing, and makes none of it', async () => {
    const { code, out } = await cli.run('doctor')
    expect({ code, made: existsSync(cli.folder) }).toEqual({ code: 1, made: false })
    expect(out).toMatch(/^✗ Secret key .* → npx understudy migrate makes one/m)
    expect(out).toMatch(/^✗ Database .* → npx understudy migrate makes one\.$/m)
  })

  it('is set up by a handful of commands', async () => {
    expect(await cli.run('migrate')).toEqual(done(`Ran ${Object.keys(migrations).join(', ')}.\n`))
    expect(await cli.run('migrate')).toEqual(done('The database is up to date.\n'))
    root = await cli.run(
      'user create --email Root@x.test --name Root --sub usr_root --organization org_x:Acme --totp',
    )
    expect(root).toEqual(done(expect.stringMatching(/^password +[\w-]{20}$/m) as string))
    expect(valueOf(root.out, 'one-time-password URI')).toMatch(
      /^otpauth:\/\/totp\/Understudy:root%40x\.test\?issuer=Understudy&secret=[A-Z2-7]{32}&/,
    )
    expect(await cli.run('role grant usr_root super_admin')).toEqual(
      done('usr_root has the role super_admin.\n'),
    )
    const jane = 'user create --email jane@x.test --name Jane --sub usr_jane --password-stdin'
    expect(await cli.run(jane, { input: 'a customer’s password\n' })).toEqual(
      done('id      usr_jane\ne-mail  jane@x.test\n'),
    )
    expect(await cli.run(PORTAL)).toMatchObject({ code: 0, err: '' })
    service = await cli.run(
      'app create --client-id desk --name Desk --type s2s --service-scope root',
    )
    expect(valueOf(service.out, 'client secret')).toMatch(/^[\w-]{43}$/)
  })

  it('has everything a server needs then', async () => {
    const { code, out } = await cli.run('doctor')
    expect({ code, wrong: out.match(/^✗.*$/gm) }).toEqual({ code: 0, wrong: null })
    expect(out.match(/^✓/gm)).toHaveLength(14)
  })

  it('lists people and apps as the API shows them, and as columns', async () => {
    expect(JSON.parse((await cli.run('user list --json')).out)).toEqual([
      {
        sub: 'usr_jane',
        email: 'jane@x.test',
        name: 'Jane',
        organization: null,
        roles: [],
        status: 'active',
        last_login_at: null,
      },
      {
        sub: 'usr_root',
        email: 'root@x.test',
        name: 'Root',
        organization: { id: 'org_x', name: 'Acme' },
        roles: ['super_admin'],
        status: 'active',
        last_login_at: null,
      },
    ])
    expect((await cli.run('user list --q JANE')).out).toBe(
      'ID        E-MAIL       NAME  ORGANISATION  ROLES  STATUS  LAST LOGIN\n' +
        'usr_jane  jane@x.test  Jane  –             –      active  –\n',
    )
    const apps = JSON.parse((await cli.run('app list --json')).out) as { client_id: string }[]
    expect(apps.map((app) => app.client_id)).toEqual(['desk', 'portal'])
  })

  it('refuses what is there already', async () => {
    expect(await cli.run('user create --email ROOT@x.test --name Twin')).toEqual(
      failed(1, 'An account with this e-mail or this id is there already.'),
    )
    expect(await cli.run(PORTAL)).toEqual(failed(1, 'An app portal is there already.'))
  })

  it('impersonates with the administrator’s password and one-time code, and not otherwise', async () => {
    const UNDERSTUDY_PASSWORD = valueOf(root.out, 'password')
    expect(await impersonate({ UNDERSTUDY_PASSWORD: 'wrong' })).toEqual(
      failed(1, 'The e-mail or the password is wrong.'),
    )
    expect(await impersonate({})).toMatchObject({
      code: 2,
      err: expect.stringContaining('UNDERSTUDY_PASSWORD: is needed') as string,
    })
    expect(await impersonate({ UNDERSTUDY_PASSWORD })).toMatchObject({
      code: 2,
      err: expect.stringContaining('UNDERSTUDY_CODE: is needed') as string,
    })
    expect(await impersonate({ UNDERSTUDY_PASSWORD, UNDERSTUDY_CODE: 'abcdef' })).toEqual(
      failed(1, 'The code is wrong, or it was used already.'),
    )
    const UNDERSTUDY_CODE = await codeNow()
    const started = await impersonate({ UNDERSTUDY_PASSWORD, UNDERSTUDY_CODE }, ['--show-token'])
    const token = valueOf(started.out, 'refresh token')
    expect(started).toMatchObject({ code: 0, err: '' })
    expect(started.out.match(/^link +.*$/gm)).toEqual([
      expect.stringContaining(`https://portal.test/callback?refresh_token=${token}&`),
      expect.stringContaining(`http://localhost:1/c?x=1&refresh_token=${token}&`),
    ])
    expect(await impersonate({ UNDERSTUDY_PASSWORD, UNDERSTUDY_CODE })).toEqual(
      failed(1, 'The code is wrong, or it was used already.'),
    )
    const id = valueOf(started.out, 'impersonation')
    const again = { UNDERSTUDY_PASSWORD, UNDERSTUDY_CODE: await codeNow() }
    expect(await impersonate(again)).toEqual(
      failed(
        1,
        `The actor has an active impersonation already. It is ${id}. (ALREADY_IMPERSONATING)`,
      ),
    )
    const active = JSON.parse(
      (await cli.run('sessions list --status active --json')).out,
    ) as object[]
    expect(active).toEqual([
      expect.objectContaining({ id, mode: 'read_only', status: 'active', ended_by: null }),
    ])
    expect(await cli.run(`sessions revoke ${id}`)).toEqual(done(`${id} has ended.\n`))
    expect((await cli.run('sessions list --status ended')).out).toContain(id)
    expect(await cli.run('sessions revoke imp_x')).toEqual(failed(1, 'Not found. (NOT_FOUND)'))
  })

  it('asks the policy: an administrator without a second factor may not, where one is required', async () => {
    const rita = 'user create --email rita@x.test --name Rita --sub usr_rita --role super_admin'
    const UNDERSTUDY_PASSWORD = valueOf((await cli.run(rita)).out, 'password')
    const start = ['impersonate', '--actor', 'rita@x.test', '--user', 'usr_jane', '--app', 'portal']
    expect(await cli.run(start, { env: { UNDERSTUDY_PASSWORD } })).toEqual(
      failed(1, 'A recent login with a second factor is required. (MFA_REQUIRED)'),
    )
    const relaxed = { UNDERSTUDY_PASSWORD, REQUIRE_MFA: 'false' }
    expect(await cli.run(start, { env: relaxed })).toMatchObject({ code: 0 })
  })

  it('writes each change into the audit trail, and what was refused, too', async () => {
    const by = 'command line'
    const events = await audit()
    expect(
      events.map(({ action, outcome, subject, details }) => [action, outcome, subject, details]),
    ).toEqual([
      ['user.created', 'success', 'usr_root', { by }],
      ['mfa.enrolled', 'success', 'usr_root', { by, method: 'otp' }],
      ['role.granted', 'success', 'usr_root', { by, role: 'super_admin' }],
      ['user.created', 'success', 'usr_jane', { by }],
      ['app.created', 'success', null, { by, type: 'spa' }],
      ['app.created', 'success', null, { by, type: 's2s' }],
      ['login.failed', 'failure', null, { by }],
      ['mfa.failed', 'failure', null, { by, method: 'otp' }],
      ['mfa.succeeded', 'success', null, { by, method: 'otp' }],
      ['login.succeeded', 'success', null, { by, amr: ['pwd', 'otp'] }],
      ['impersonation.started', 'success', 'usr_jane', expect.anything()],
      ['mfa.failed', 'failure', null, { by, method: 'otp' }],
      ['mfa.succeeded', 'success', null, { by, method: 'otp' }],
      ['login.succeeded', 'success', null, { by, amr: ['pwd', 'otp'] }],
      ['impersonation.denied', 'denied', 'usr_jane', {}],
      ['impersonation.ended', 'success', 'usr_jane', expect.anything()],
      ['user.created', 'success', 'usr_rita', { by }],
      ['role.granted', 'success', 'usr_rita', { by, role: 'super_admin' }],
      ['login.succeeded', 'success', null, { by, amr: ['pwd'] }],
      ['impersonation.denied', 'denied', 'usr_jane', {}],
      ['login.succeeded', 'success', null, { by, amr: ['pwd'] }],
      ['impersonation.started', 'success', 'usr_jane', expect.anything()],
    ])
    expect(await audit(' --action impersonation.ended')).toHaveLength(1)
    expect((await audit(' --action role.granted')).at(-1)).toMatchObject({
      actor: null,
      s2s_client: null,
      ip: null,
      user_agent: null,
      request_id: null,
    })
  })

  it('keeps nothing that opens a door in clear text', async () => {
    const kept = JSON.stringify(await cli.dump())
    for (const secret of [
      valueOf(root.out, 'password'),
      valueOf(root.out, 'one-time-password secret'),
      valueOf(service.out, 'client secret'),
      'a customer’s password',
    ]) {
      expect(kept).not.toContain(secret)
    }
    expect(statSync(join(cli.folder, 'secret.key')).mode & 0o777).toBe(0o600)
  })

  it('shows follow-ups as they happen, until it is told to stop', async () => {
    const tail = cli.start('audit tail --follow --json --limit 1')
    const lines: string[] = []
    tail.stdout?.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
    while (lines.length === 0) await delay(50)
    await cli.run('user disable usr_rita')
    // Written after the change itself, and so perhaps seen by a later look at the trail.
    while (!lines.join('').includes('impersonation.ended')) await delay(50)
    tail.kill('SIGINT')
    expect(await once(tail, 'exit')).toEqual([0, null])
    const actions = [...lines.join('').matchAll(/"action":"([^"]*)"/g)].map(([, action]) => action)
    // Disabling her has also ended what she had started.
    expect(actions).toEqual(['impersonation.started', 'user.disabled', 'impersonation.ended'])
  })

  it('turns the signing keys by one', async () => {
    const signing = async (about: string): Promise<string[]> => {
      const { code, out } = await cli.run('keys rotate')
      expect({ code, out }).toEqual({
        code: 0,
        out: expect.stringContaining('Restart every server'),
      })
      expect(out).toContain(about)
      return (/: (.*)\.$/m.exec(out)?.[1] ?? '').split(', ')
    }
    const before = (await cli.dump())['signing_key'] ?? []
    const first = await signing('None had been announced, so these go on signing: ')
    expect(first.toSorted()).toEqual(before.map((key) => String(key['kid'])).toSorted())
    const second = await signing('Signing from the next start of the server: ')
    expect(first).toHaveLength(2)
    expect(second.filter((kid) => first.includes(kid))).toEqual([])
    expect((await audit(' --action key.rotated')).map((event) => event['details'])).toEqual([
      { by: 'command line', signing: first },
      { by: 'command line', signing: second },
    ])
  })

  it('encrypts with the secret key in force what another one has encrypted', async () => {
    const all = Object.values(await cli.dump()).flat()
    const texts = all.filter((row) => row['sealed_jwk'] ?? row['sealed_secret']).length
    const old = readFileSync(join(cli.folder, 'secret.key'), 'utf8')
    const env = { SECRET_KEY: randomBytes(32).toString('base64'), OTHER_SECRET_KEY: old }
    const before = await audit(' --action key.rotated')
    expect(await cli.run('keys reseal', { env })).toMatchObject({
      code: 0,
      out: `${texts} texts are encrypted with SECRET_KEY now.\n`,
    })
    const back = { SECRET_KEY: old, OTHER_SECRET_KEY: env.SECRET_KEY }
    expect((await cli.run('keys reseal', { env: back })).code).toBe(0)
    expect(await cli.run('keys reseal')).toMatchObject({
      code: 0,
      out: 'Everything is encrypted with SECRET_KEY already.\n',
    })
    const events = (await audit(' --action key.rotated')).slice(before.length)
    const details = { by: 'command line', resealed: texts }
    expect(events.map((event) => event['details'])).toEqual([details, details])
    const wrong = await cli.run('keys reseal', { env: { SECRET_KEY: env.SECRET_KEY } })
    expect([wrong.code, wrong.err]).toEqual([
      1,
      expect.stringContaining('SECRET_KEY: is not the key this database was sealed with'),
    ])
  })

  it('cannot be talked into drawing on the terminal', async () => {
    const name = 'Eve \u202Egnorw'
    await cli.run(['user', 'create', '--email', 'eve@x.test', '--name', name, '--sub', 'usr_eve'])
    const shown = await cli.run('user list --q eve')
    const json = await cli.run('user list --q eve --json')
    expect(shown.out).toContain('Eve \uFFFDgnorw')
    expect(json.out).toContain(String.raw`Eve \u202egnorw`)
    expect((JSON.parse(json.out) as { name: string }[])[0]?.name).toBe(name)
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['a setting that is none', { PORT: '0' }, /^✗ Configuration +PORT/m],
    ['another secret key', { SECRET_KEY: Buffer.alloc(32).toString('base64') }, /^✗ Signing keys/m],
    ['no database', { DATABASE_URL: 'postgres://127.0.0.1:1/none' }, /^✗ Database .*ECONNREFUSED/m],
  ])('doctor finds %s', async (_, env, finding) => {
    const { code, out, err } = await cli.run('doctor', { env })
    expect({ code, out, err }).toEqual({ code: 1, out: expect.stringMatching(finding), err: '' })
  })

  it('doctor finds clients that cannot be the admin panel', async () => {
    const panel =
      'app create --name Panel --type web --redirect-uri https://panel.test/auth/callback'
    const whole = [...panel.split(' '), '--scope', 'openid profile email offline_access']
    await cli.run(`${panel} --client-id admin-panel`)
    await cli.run([...whole, '--client-id', 'panel', '--service-scope', 'root'])
    const lines = async (IMPERSONATOR_CLIENTS: string): Promise<string[] | null> => {
      const { code, out } = await cli.run('doctor', { env: { IMPERSONATOR_CLIENTS } })
      expect(code).toBe(0)
      return out.match(/^. Impersonator clients .*(?=$| → )/gm)
    }
    expect(await lines('panel,nobody')).toEqual(['✓ Impersonator clients    panel'])
    expect(await lines('admin-panel,panel')).toEqual([
      expect.stringContaining(
        '! Impersonator clients    admin-panel has no grant refresh_token, has no service scope root: it cannot be the panel → Register another',
      ) as string,
    ])
  })

  it('doctor finds a secret key that others can read', async () => {
    chmodSync(join(cli.folder, 'secret.key'), 0o644)
    expect(await cli.run('doctor')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^✗ Secret key .* can be read by others → chmod 600/m) as string,
    })
    chmodSync(join(cli.folder, 'secret.key'), 0o600)
  })
})

it('administers a server on PostgreSQL', SLOW, async () => {
  const { url, drop } = await freshDatabase()
  const cli = await commandLine()
  const env = { DATABASE_URL: url }
  const user = 'user create --email a@x.test --name A --sub usr_a --organization org_a --totp'
  expect(await cli.run('migrate', { env })).toEqual(
    done(`Ran ${Object.keys(migrations).join(', ')}.\n`),
  )
  expect(await cli.run(user, { env })).toMatchObject({ code: 0, err: '' })
  expect(await cli.run(user, { env })).toMatchObject({ code: 1, out: '' })
  expect(await cli.run('role grant usr_a org_admin', { env })).toMatchObject({ code: 0, err: '' })
  expect((await cli.run('audit tail', { env })).out.match(/(user|mfa|role)\.\w+/g)).toEqual([
    'user.created',
    'mfa.enrolled',
    'role.granted',
  ])
  // The server that tests share does not wait for its disk, and doctor has seen that.
  const { out } = await cli.run('doctor', { env })
  expect(out.match(/^✗ (?!Durability).*$/gm)).toBeNull()
  expect(out.match(/^[✓✗]/gm)).toHaveLength(14)
  await cli.close()
  await drop()
})
