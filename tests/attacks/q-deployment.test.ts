import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../server/src/standalone/configuration/policy-settings.ts'
import { loadServerSettings } from '../../server/src/standalone/configuration/server-settings.ts'
import { basic } from '../support/attack.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { freePort } from '../support/free-port.ts'
import { castOf } from '../support/cast.ts'
import { commandLine } from '../support/command-line.ts'
import { rawRequest } from '../support/raw-request.ts'
import { authorization, passPages, PASSWORD, Visitor } from '../support/visitor.ts'

const ROOT = join(import.meta.dirname, '../..')
const BINARY = join(ROOT, 'server/bin/understudy.js')
const MAIN = join(ROOT, 'server/src/main.ts')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const folders: string[] = []
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'understudy-deployed-'))
  folders.push(made)
  return made
}
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true })
})

describe('proxies', () => {
  const forged = {
    'x-forwarded-for': '203.0.113.7, 198.51.100.9',
    'x-forwarded-host': 'evil.test',
    'x-forwarded-proto': 'https',
    'x-real-ip': '203.0.113.7',
    forwarded: 'for=203.0.113.7;host=evil.test;proto=https',
  }
  /** Which address a failed login is written down with. */
  const addressSeen = async (booted: Booted): Promise<string | null | undefined> => {
    const visitor = new Visitor(booted.issuer)
    const page = await visitor.open(authorization('acme-portal').address, forged)
    const wrong = { email: 'jane@customer.test', password: 'guess' }
    await visitor.submit(page, wrong, forged)
    return (await castOf(booted).audit({ action: 'login.failed' })).at(-1)?.ip
  }

  it('Q06 are believed only where their number is configured, and only as far as that', async () => {
    expect(loadServerSettings({}).trustedProxies).toBe(0)
    const booted = await boot()
    expect(await addressSeen(booted)).toMatch(/127\.0\.0\.1$|^::1$/)
    const discovery = await fetch(`${booted.issuer}/.well-known/openid-configuration`, {
      headers: forged,
    })
    const text = await discovery.text()
    expect([text.includes('evil'), text.includes('https://')]).toEqual([false, false])
    await booted.close()
    const proxies = { 1: '198.51.100.9', 2: '203.0.113.7' }
    for (const [count, address] of Object.entries(proxies)) {
      const behind = await boot({ env: { TRUSTED_PROXIES: count } })
      expect(await addressSeen(behind)).toBe(address)
      await behind.close()
    }
  })

  it.each(['true', 'all', '*', '-1', '11', '1.5', '10.0.0.0/8', 'loopback'])(
    'are not believed by the setting %s',
    (value) => {
      const load = (): unknown => loadServerSettings({ TRUSTED_PROXIES: value })
      expect(load).toThrow(ConfigurationError)
      expect(load).toThrow(/^TRUSTED_PROXIES: /)
    },
  )

  it('are told by ours to replace what a client says about itself', () => {
    const nginx = read('deploy/nginx/understudy.conf')
    expect(nginx).toContain('proxy_set_header X-Forwarded-For $remote_addr;')
    expect(nginx).not.toContain('proxy_add_x_forwarded_for')
    expect(nginx).not.toMatch(/log_format[^;]*\$(?:request\b|request_uri|args|http_)/)
  })
})

describe('the process', () => {
  const unit = (path: string): Map<string, string> =>
    new Map(
      [...read(path).matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    )

  it('Q07 is confined by the unit it comes with', () => {
    const confined = {
      UMask: '0077',
      NoNewPrivileges: 'true',
      CapabilityBoundingSet: '',
      ProtectSystem: 'strict',
      ProtectHome: 'true',
      PrivateTmp: 'true',
      PrivateDevices: 'true',
      ProtectKernelTunables: 'true',
      ProtectKernelModules: 'true',
      ProtectControlGroups: 'true',
      RestrictNamespaces: 'true',
      RestrictSUIDSGID: 'true',
      LockPersonality: 'true',
      SystemCallArchitectures: 'native',
    }
    const issuer = unit('deploy/systemd/understudy.service')
    expect(Object.fromEntries(issuer)).toMatchObject({
      ...confined,
      User: 'understudy',
      StateDirectory: 'understudy',
      StateDirectoryMode: '0700',
    })
    const panel = unit('deploy/systemd/understudy-panel.service')
    expect(Object.fromEntries(panel)).toMatchObject({ ...confined, DynamicUser: 'true' })
    for (const one of [issuer, panel]) {
      // Nothing may be written but the state folder, and no secret is in a file everybody can read.
      expect([...one.keys()].filter((key) => /^ReadWritePaths|^BindPaths/.test(key))).toEqual([])
      expect(one.get('Environment') ?? '').not.toMatch(/SECRET|PASSWORD|DATABASE_URL/)
      expect(one.get('EnvironmentFile')).toMatch(/^\/etc\/understudy\//)
    }
  })

  it('is confined by its image and its pod', () => {
    const image = read('deploy/Dockerfile')
    expect(image).toMatch(/^USER (?!0\b|root)\d+:\d+$/m)
    expect(image).toContain('chmod 700 /data')
    expect(image).not.toMatch(/^(?:ENV|ARG) .*(?:SECRET|PASSWORD|TOKEN)/m)
    // After the last change of user nothing is copied that the process could change.
    expect(image.slice(image.lastIndexOf('\nUSER '))).not.toMatch(/^(?:COPY|ADD|RUN) /m)
    for (const name of ['issuer', 'panel']) {
      const pod = read(`deploy/kubernetes/${name}.yaml`)
      for (const line of [
        'runAsNonRoot: true',
        'readOnlyRootFilesystem: true',
        'allowPrivilegeEscalation: false',
        'capabilities: { drop: [ALL] }',
        'seccompProfile: { type: RuntimeDefault }',
        'automountServiceAccountToken: false',
      ]) {
        expect([name, pod.includes(line)]).toEqual([name, true])
      }
    }
  })

  it('keeps its data to itself, whatever the umask', () => {
    const data = join(folder(), 'data')
    const asksNothing = 'umask 0; exec "$0" "$@"'
    execFileSync('sh', ['-c', asksNothing, process.execPath, BINARY, 'user', 'list'], {
      env: { PATH: process.env['PATH'], DATA_DIR: data, DEMO: 'false' },
      stdio: 'pipe',
    })
    const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)
    expect(modeOf(data)).toBe('700')
    const files = readdirSync(data)
    expect(files).toEqual(expect.arrayContaining(['secret.key', 'understudy.sqlite']))
    for (const name of files) expect([name, modeOf(join(data, name))]).toEqual([name, '600'])
  })

  it('writes nowhere but there', async () => {
    const [home, port] = [folder(), await freePort()]
    const data = join(home, 'data')
    mkdirSync(data, { mode: 0o700 })
    const line = await commandLine({
      DATA_DIR: data,
      DEMO: 'false',
      PORT: String(port),
      HOME: home,
    })
    const allowed = [`--allow-fs-write=${data}`, '--allow-fs-read=*', '--allow-addons']
    const child = line.start('start', { node: ['--permission', ...allowed] })
    let said = ''
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => {
          said += chunk.toString()
          if (said.includes('is running at')) resolve()
        })
      child.once('exit', () => {
        reject(new Error(`the server did not start: ${said}`))
      })
    })
    const { status } = await fetch(`http://localhost:${port}/healthz`)
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    expect([status, (await exited)[0]]).toEqual([200, 0])
    expect(said).not.toMatch(/ERR_ACCESS_DENIED|EACCES|EROFS/)
    expect(readdirSync(home)).toEqual(['data'])
    await line.close()
  })
})

describe('the access log', () => {
  it('Q12 has the path of a request and nothing that may be a secret', async () => {
    const booted = await boot()
    const cast = castOf(booted)
    const visitor = new Visitor(booted.issuer)
    const request = authorization('acme-portal', { state: 'secret-state', nonce: 'secret-nonce' })
    const { url } = await passPages(
      booted,
      visitor,
      await visitor.open(request.address),
      'jane@customer.test',
    )
    const code = new URL(url).searchParams.get('code') ?? ''
    const secret = 'secret-7f3a'
    const token = await cast.serviceToken()
    await visitor.open(`/account/callback?code=${secret}&state=${secret}`)
    await visitor.open(`/session/end?id_token_hint=${secret}&state=${secret}`)
    await visitor.open(`/auth?client_id=${secret}&request_uri=${secret}`)
    await visitor.open(`/nowhere?access_token=${secret}#${secret}`, {
      'x-secret': secret,
      cookie: secret,
    })
    await cast.form(`/token?client_secret=${secret}`, { grant_type: secret }, undefined, {
      authorization: basic('acme-backend', secret),
    })
    await cast.request('GET', `/api/v1/users?q=${secret}&access_token=${secret}`, { token })
    await cast.request('POST', `/api/v1/users/x/impersonation/y?token=${secret}`, {
      token: secret,
      json: { impersonatorToken: secret },
    })
    const host = new URL(booted.issuer).host
    for (const target of [
      `/auth?a=${secret}`,
      `http://${host}/auth?a=${secret}`,
      `http://x.test/?${secret}`,
    ])
      await rawRequest(booted, [
        `GET ${target} HTTP/1.1`,
        `Host: ${host}`,
        `Referer: http://x/${secret}`,
      ])
    const lines = booted
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'request')
    expect(lines.length).toBeGreaterThan(15)
    for (const line of lines) {
      expect(
        Object.keys(line)
          .filter((key) => !['pid', 'hostname'].includes(key))
          .toSorted(),
      ).toEqual(['level', 'method', 'ms', 'msg', 'path', 'request_id', 'status', 'time'])
      expect(String(line['path'])).not.toMatch(/[?#=&]/)
    }
    const kept = [secret, 'secret-state', 'secret-nonce', code, token, PASSWORD, request.verifier]
    // The cookie of a waiting request is its id, as in the path; what makes it count is its signature.
    const cookies = [...visitor.jar.cookies].filter(([name]) => /session|\.sig$/.test(name))
    for (const value of [...kept, ...cookies.map(([, cookie]) => cookie)])
      expect([value, booted.log().includes(value)]).toEqual([value, false])
    await booted.close()
  })
})

describe('transport security', () => {
  const refused = /^ISSUER: must be https, except on a loopback address$/

  it.each([
    'http://login.example',
    'http://10.0.0.1',
    'http://127.0.0.2.evil.test',
    'http://localhost.evil.test',
    'http://0.0.0.0:4000',
  ])('Q13 an issuer without it is refused: %s', (issuer) => {
    for (const environment of [{ NODE_ENV: 'production' }, {}])
      expect(() => loadServerSettings({ ISSUER: issuer, ...environment })).toThrow(refused)
    expect(() => loadServerSettings({ ISSUER: issuer.replace('http:', 'https:') })).not.toThrow()
  })

  it('is not needed on the loopback, and a start without it says why it is none', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      const issuer = `http://${host}:4000`
      expect(loadServerSettings({ ISSUER: issuer, NODE_ENV: 'production' }).issuer).toBe(issuer)
    }
    for (const issuer of ['ftp://login.example', 'login.example', 'javascript:alert(1)'])
      expect(() => loadServerSettings({ ISSUER: issuer })).toThrow(/^ISSUER: /)
    const data = folder()
    chmodSync(data, 0o700)
    const env = {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      ISSUER: 'http://login.example',
      DATA_DIR: data,
    }
    let said: { status?: number; stderr?: string; stdout?: string } = {}
    try {
      execFileSync(process.execPath, [MAIN], { env, encoding: 'utf8', stdio: 'pipe' })
    } catch (error) {
      said = error as typeof said
    }
    expect([said.status, said.stdout, said.stderr]).toEqual([
      1,
      '',
      'understudy: ISSUER: must be https, except on a loopback address\n',
    ])
    expect(existsSync(join(data, 'understudy.sqlite'))).toBe(false)
  })

  it('is asked for by every answer over https: pages, redirects, API, errors', async () => {
    const host = 'id.understudy.test'
    const behind = await boot({ env: { ISSUER: `https://${host}`, TRUSTED_PROXIES: '1' } })
    const targets = [
      '/',
      '/healthz',
      '/jwks',
      '/api/v1/users',
      '/nowhere',
      '/token',
      '/session/end',
    ]
    for (const target of [...targets, authorization('acme-portal').address, '/%E0%A4%A']) {
      const { head } = await rawRequest(behind, [`GET ${target} HTTP/1.1`, `Host: ${host}`])
      const header = /^strict-transport-security: (.*)$/im.exec(head)?.[1]?.trim()
      expect([target, header]).toEqual([target, 'max-age=31536000; includeSubDomains'])
    }
    const plain = [`GET /healthz HTTP/1.1`, `Host: ${host}`, 'X-Forwarded-Proto: http']
    expect((await rawRequest(behind, plain)).status).toBe(421)
    await behind.close()
  })
})
