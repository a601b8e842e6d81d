import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unusedCode } from '../../server/src/standalone/credentials/one-time-password.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { CommandLine, Ran } from '../support/command-line.ts'
import { commandLine, valueOf } from '../support/command-line.ts'
import { freePort } from '../support/free-port.ts'
import { assertInvariants } from '../support/invariants.ts'
import { begin, roomy } from '../support/scene.ts'

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

describe(
  'the command line, beside a running server on the same SQLite file',
  { timeout: 180_000 },
  () => {
    let booted: Booted
    let cast: Cast
    let cli: CommandLine

    beforeAll(async () => {
      booted = await boot({ env: roomy })
      cast = castOf(booted)
      cli = await commandLine({ DATA_DIR: booted.parts.server.dataDir, ISSUER: booted.issuer })
    })
    afterAll(async () => {
      await assertInvariants(booted, cast)
      await cli.close()
      await booted.close()
    })

    const asRoot = async (words: readonly string[] = []): Promise<Ran> => {
      const { storage, box, clock } = booted.parts
      await storage.secondFactors.enrol('usr_root', box.seal(SECRET), clock())
      const UNDERSTUDY_CODE = unusedCode(SECRET, null, clock()) ?? ''
      return cli.run(
        ['impersonate', '--actor', 'root@acme.test', '--app', 'acme-portal', ...words],
        { env: { UNDERSTUDY_PASSWORD: 'understudy-demo', UNDERSTUDY_CODE } },
      )
    }

    it('starts impersonations whose links the server honours', async () => {
      const reason = 'sees no invoices'
      const ran = await asRoot(['--user', 'usr_jane', '--reason', reason, '--redeem-within', '60'])
      const link = new URL(valueOf(ran.out, 'link'))
      const refreshed = await cast.refresh(link.searchParams.get('refresh_token') ?? '')
      expect(refreshed).toMatchObject({ status: 200, body: { scope: expect.any(String) } })
      const id = valueOf(ran.out, 'impersonation')
      expect((await cast.introspect(refreshed.body.access_token)).body).toMatchObject({
        active: true,
        sub: 'usr_jane',
        act: { sub: 'usr_root' },
        impersonation_id: id,
      })
      expect(
        await cast.audit({ impersonation: id, action: 'impersonation.started' }),
      ).toMatchObject([
        { actor: 'usr_root', service: null, subject: 'usr_jane', details: { reason } },
      ])
      expect(await cli.run(`sessions revoke ${id}`)).toMatchObject({ code: 0, err: '' })
      expect(await cast.refresh(refreshed.body.refresh_token)).toMatchObject({ status: 400 })
    })

    it('is refused what the server would refuse', async () => {
      expect(await asRoot(['--user', 'usr_nobody'])).toMatchObject({
        code: 1,
        err: 'understudy: Not found. (NOT_FOUND)\n',
      })
      expect(await asRoot(['--user', 'usr_agent'])).toMatchObject({
        code: 1,
        err: 'understudy: The account may not be impersonated. (TARGET_NOT_ALLOWED)\n',
      })
    })

    it.each([
      ['user disable usr_jane', 'subject_disabled', 'user enable usr_jane', 'acme-portal'],
      [
        'role grant usr_jane org_admin',
        'subject_became_staff',
        'role revoke usr_jane org_admin',
        'acme-portal',
      ],
      ['app disable acme-portal', 'app_not_eligible', 'app enable acme-portal', 'acme-portal'],
      [
        'consent revoke usr_jane acme-billing',
        'consent_withdrawn',
        'consent revoke usr_jane acme-billing',
        'acme-billing',
      ],
    ])('%s ends the live impersonation at once: %s', async (words, reason, undo, app) => {
      const { id, accessToken } = await begin(cast, { app })
      expect(await cli.run(words)).toMatchObject({ code: 0, err: '' })
      const { storage } = booted.parts
      expect((await storage.impersonations.find(id))?.ended).toMatchObject({ by: 'policy', reason })
      expect((await cast.introspect(accessToken)).body).toEqual({ active: false })
      const ended = await cast.audit({ impersonation: id, action: 'impersonation.ended' })
      expect(ended).toMatchObject([{ details: { ended_by: 'policy', end_reason: reason } }])
      const change = (await cast.audit({ action: CHANGES[reason] as never })).at(-1)
      expect(change).toMatchObject({ actor: null, details: { by: 'command line' } })
      expect(await cli.run(undo)).toMatchObject({ code: 0, err: '' })
    })

    it('loses no role when several are granted at the same moment', async () => {
      const roles = ['super_admin', 'support_admin', 'support_agent', 'org_admin']
      const ran = await Promise.all(roles.map((role) => cli.run(`role grant usr_sina ${role}`)))
      expect(ran.map(({ code }) => code)).toEqual([0, 0, 0, 0])
      const account = await booted.parts.storage.accounts.find('usr_sina')
      expect(account?.roles.toSorted()).toEqual(roles.toSorted())
      await Promise.all(roles.map((role) => cli.run(`role revoke usr_sina ${role}`)))
      expect((await booted.parts.storage.accounts.find('usr_sina'))?.roles).toEqual([])
    })

    it('replaces all second factors by a fresh one, and says that nothing else is left', async () => {
      const { storage, box, clock } = booted.parts
      const { code, out, err } = await cli.run('user enrol usr_support')
      expect({ code, err }).toEqual({ code: 0, err: '' })
      const secret = valueOf(out, 'one-time-password secret')
      expect(valueOf(out, 'one-time-password URI')).toContain(`&secret=${secret}&`)
      expect(out.trim().split('\n').at(-1)).toBe(
        'usr_support has no other second factor and no recovery code left, and is signed out.',
      )
      const factor = await storage.secondFactors.find('usr_support')
      expect(box.open(factor?.sealedSecret ?? '')).toBe(secret)
      expect(await cli.run('user enrol usr_nobody')).toEqual({
        code: 1,
        out: '',
        err: 'understudy: There is no account usr_nobody.\n',
      })

      await storage.secondFactors.enrol('usr_hana', box.seal(secret), clock())
      await storage.accounts.noteLogin('usr_hana', clock())
      expect((await cli.run('role grant usr_hana support_agent')).out).toBe(
        [
          'usr_hana has the role support_agent.',
          'The second factors it had as a customer are removed, and it is signed out.',
          'Give it one of yours: npx understudy user enrol usr_hana',
          '',
        ].join('\n'),
      )
      expect(await storage.secondFactors.find('usr_hana')).toBe(undefined)
    })

    it('guesses at a terminal are counted like those at the login page', async () => {
      const env = { UNDERSTUDY_PASSWORD: 'wrong' }
      const { storage } = booted.parts
      const limit = { name: 'login-account', points: 10, window: 300 }
      await storage.limits.take(limit, 'support@acme.test|unknown', 10)
      const ran = await cli.run(
        [
          'impersonate',
          '--actor',
          'support@acme.test',
          '--user',
          'usr_jane',
          '--app',
          'acme-portal',
        ],
        { env },
      )
      expect(ran).toMatchObject({
        code: 1,
        err: expect.stringContaining('Too many wrong attempts.'),
      })
    })

    it('refuses the demo’s data in production, and doctor says so, too', async () => {
      const env = { NODE_ENV: 'production', ISSUER: 'https://issuer.test' }
      expect(await cli.run('user list', { env })).toMatchObject({
        code: 1,
        err: expect.stringMatching(/^understudy: NODE_ENV: .*\n$/) as string,
      })
      expect(await cli.run('doctor', { env })).toMatchObject({
        code: 1,
        out: expect.stringMatching(/^✗ Demo data .*production refuses it/m) as string,
      })
    })

    it('starts a server and stops it again', async () => {
      const child = cli.start('start', { env: { DEMO: 'false', PORT: String(await freePort()) } })
      const exited = once(child, 'close')
      let said = ''
      child.stderr?.resume()
      child.stdout?.on('data', (chunk) => {
        const isKnown = said.includes('running at')
        said += String(chunk)
        // Told twice, it would stop without leave-taking.
        if (!isKnown && said.includes('running at')) child.kill('SIGTERM')
      })
      expect(await exited).toEqual([0, null])
      expect(said).toContain(`Understudy is running at ${booted.issuer}`)
    })
  },
)

/** The action under which a change that ends impersonations stands in the audit trail. */
const CHANGES: Readonly<Record<string, string>> = {
  subject_disabled: 'user.disabled',
  subject_became_staff: 'role.granted',
  app_not_eligible: 'app.disabled',
  consent_withdrawn: 'consent.revoked',
}
