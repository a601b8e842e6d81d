import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { enrolAuthenticator } from '../../server/src/standalone/account/change-factors.ts'
import type { RoleChange } from '../../server/src/standalone/administration/change-roles.ts'
import { grantRole } from '../../server/src/standalone/administration/grant-role.ts'
import { commandLine } from '../../server/src/standalone/administration/requester.ts'
import { resetFactors } from '../../server/src/standalone/administration/reset-factors.ts'
import { revokeRole } from '../../server/src/standalone/administration/revoke-role.ts'
import { factorsOf } from '../../server/src/standalone/credentials/factors.ts'
import { unusedCode } from '../../server/src/standalone/credentials/one-time-password.ts'
import { formsTo, press, visit } from '../support/account-visitor.ts'
import { onStage } from '../support/attack.ts'
import type { Seen } from '../support/visitor.ts'
import { authorization, PASSWORD, Visitor, wordsOf } from '../support/visitor.ts'

const SECURITY = '/account/security'
const AUTHENTICATOR = `${SECURITY}/authenticator`
const MFA = 'urn:understudy:acr:mfa'

const NOWHERE = { requestId: null, ip: null, userAgent: null }

const none = { otp: undefined, passkeys: [], recoveryCodes: 0 }

const secretIn = ({ text }: Seen): string =>
  (/<code translate="no">([A-Z2-7 ]+)<\/code>/.exec(text)?.[1] ?? '').replaceAll(' ', '')

const codeFor = (secret: string, lastStep: number | null = null): string =>
  unusedCode(secret, lastStep, Date.now()) ?? ''

describe.each(['sqlite', 'postgres'] as const)(
  'a customer whose password somebody else has, on %s',
  (database) => {
    const stage = onStage(database)

    /** The thief, signed in, at the page that sets up an authenticator app. */
    const intrude = (name: string): Promise<{ visitor: Visitor; seen: Seen }> =>
      visit(stage.booted, AUTHENTICATOR, `${name}@northwind.test`)

    /** A new browser, at the panel, after the password. */
    async function afterPassword(name: string): Promise<{ visitor: Visitor; seen: Seen }> {
      const visitor = new Visitor(stage.booted.issuer)
      const login = await visitor.open(authorization('admin-panel', { acr_values: MFA }).address)
      const email = `${name}@northwind.test`
      return { visitor, seen: await visitor.submit(login, { email, password: PASSWORD }) }
    }

    const events = async (work: () => Promise<unknown>): Promise<unknown[]> =>
      (await stage.trail(work)).map(({ action, outcome, subject, details }) => [
        action,
        outcome,
        subject,
        details,
      ])

    it('becomes staff without the second factor that the thief has set up', async () => {
      const { parts } = stage.booted
      const { visitor: thief, seen } = await intrude('priya')
      const enrolled = await press(thief, seen, AUTHENTICATOR, { code: codeFor(secretIn(seen)) })
      await press(thief, enrolled, `${SECURITY}/recovery`)
      const by = 'command line'
      const removed = { by, because: 'role.granted' }
      let change: RoleChange | undefined
      const grant = async (): Promise<void> => {
        change = await grantRole(parts, 'usr_priya', 'super_admin', commandLine)
      }
      expect(await events(grant)).toEqual([
        ['role.granted', 'success', 'usr_priya', { by, role: 'super_admin' }],
        ['mfa.removed', 'success', 'usr_priya', { ...removed, method: 'otp' }],
        ['mfa.removed', 'success', 'usr_priya', { ...removed, method: 'recovery_code' }],
      ])
      expect(change).toEqual({ changed: true, factorsRemoved: true })
      expect(await factorsOf(parts.storage, 'usr_priya')).toEqual(none)
      const { status, headers } = await thief.send(`${stage.booted.issuer}/account`)
      expect([status, headers.get('location')?.split('?')[0]]).toEqual([303, '/auth'])
      const again = await afterPassword('priya')
      expect(wordsOf(again.seen)).toContain('Ask an administrator to add one')
      const page = await visit(stage.booted, AUTHENTICATOR, 'priya@northwind.test')
      expect(page.seen.url).toBe(stage.booted.issuer + SECURITY)

      const { secret } = await resetFactors(parts, 'usr_priya', commandLine)
      const owner = await afterPassword('priya')
      const stolen = await owner.visitor.submit(owner.seen, { code: codeFor(secretIn(seen)) })
      expect(stolen.status).toBe(400)
      const { url } = await owner.visitor.submit(stolen, { code: codeFor(secret) })
      expect(url).toMatch(/^http:\/\/localhost:4001\/auth\/callback\?code=/)
      // Whoever is staff already keeps what an administrator has given.
      const more = await grantRole(parts, 'usr_priya', 'support_admin', commandLine)
      expect(more).toEqual({ changed: true, factorsRemoved: false })
      expect((await factorsOf(parts.storage, 'usr_priya')).otp).toBeDefined()
      for (const role of ['super_admin', 'support_admin'])
        await revokeRole(parts, 'usr_priya', role, commandLine)
    })

    it('becomes staff without one that is set up at the same moment', async () => {
      const { parts } = stage.booted
      for (let round = 0; round < 4; round++) {
        const { visitor: thief, seen } = await intrude('aiko')
        const given = { code: codeFor(secretIn(seen)) }
        // As a request that has read the account by now.
        const before = await parts.storage.accounts.find('usr_aiko')
        if (before === undefined) throw new Error('there is no usr_aiko')
        await Promise.all([
          press(thief, seen, AUTHENTICATOR, given),
          delay(round * 3).then(() => grantRole(parts, 'usr_aiko', 'super_admin', commandLine)),
        ])
        const late = { secret: secretIn(seen), code: codeFor(secretIn(seen)) }
        expect(await enrolAuthenticator(parts, before, late, NOWHERE)).toBe(false)
        expect(await factorsOf(parts.storage, 'usr_aiko')).toEqual(none)
        await revokeRole(parts, 'usr_aiko', 'super_admin', commandLine)
      }
    })

    it('is given a fresh one by an administrator, in place of everything there was', async () => {
      const { parts } = stage.booted
      const { visitor: thief, seen } = await intrude('chidi')
      const enrolled = await press(thief, seen, AUTHENTICATOR, { code: codeFor(secretIn(seen)) })
      const security = await press(thief, enrolled, `${SECURITY}/recovery`)
      expect(security.status).toBe(200)
      const held = await thief.open(AUTHENTICATOR)
      const finish = await holdBack(thief, held, { code: codeFor(secretIn(held)) })
      const by = 'command line'
      let secret = ''
      const reset = async (): Promise<void> => {
        ;({ secret } = await resetFactors(parts, 'usr_chidi', commandLine))
      }
      expect(await events(reset)).toEqual([
        ['mfa.removed', 'success', 'usr_chidi', { by, method: 'otp' }],
        ['mfa.removed', 'success', 'usr_chidi', { by, method: 'recovery_code' }],
        ['mfa.enrolled', 'success', 'usr_chidi', { by, method: 'otp' }],
      ])
      // The thief's form had begun to arrive before.
      expect(await finish()).toBe(303)
      const { otp, ...others } = await factorsOf(parts.storage, 'usr_chidi')
      expect(parts.box.open(otp?.sealedSecret ?? '')).toBe(secret)
      expect(others).toEqual({ passkeys: [], recoveryCodes: 0 })
      expect((await thief.send(`${stage.booted.issuer}/account`)).status).toBe(303)
    })
  },
)

/** Sends a form but for its last byte; resolves, once the server has begun to read, to how to finish. */
async function holdBack(
  visitor: Visitor,
  page: Seen,
  fields: Readonly<Record<string, string>>,
): Promise<() => Promise<number>> {
  const [hidden] = formsTo(page, AUTHENTICATOR)
  const body = new URLSearchParams({ ...hidden, ...fields }).toString()
  const sending = request(page.url, {
    method: 'POST',
    headers: {
      accept: 'text/html',
      cookie: visitor.jar.header(),
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.length,
    },
  })
  const answered = new Promise<number>((resolve, reject) => {
    sending.on('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sending.on('error', reject)
  })
  sending.write(body.slice(0, -1))
  // Long enough for a request to get as far as it can without its end.
  await delay(300)
  return () => {
    sending.end(body.slice(-1))
    return answered
  }
}
