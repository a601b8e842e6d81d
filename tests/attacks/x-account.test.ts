import { describe, expect, it } from 'vitest'
import { eraseUser } from '../../server/src/standalone/administration/erase-user.ts'
import { unusedCode } from '../../server/src/standalone/credentials/one-time-password.ts'
import { hashRecoveryCode } from '../../server/src/standalone/credentials/recovery-codes.ts'
import { formsTo, press, visit } from '../support/account-visitor.ts'
import { onStage } from '../support/attack.ts'
import { dumpOf } from '../support/dump-of.ts'
import type { Seen } from '../support/visitor.ts'
import { authorization, formOf, freshCode, PASSWORD, Visitor } from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const OMAR = 'omar@customer.test'
const MFA = 'urn:understudy:acr:mfa'

describe.each(['sqlite', 'postgres'] as const)('somebody else’s account, on %s', (database) => {
  const stage = onStage(database, { TRUSTED_PROXIES: '1' })

  const wrongPassword = async (ip: string): Promise<number> => {
    const visitor = new Visitor(stage.booted.issuer)
    const page = await visitor.open(authorization('acme-portal').address)
    const fields = { email: OMAR, password: 'wrong' }
    return (await visitor.submit(page, fields, { 'x-forwarded-for': ip })).status
  }

  it('is not guessed from the many addresses of one IPv6 network', async () => {
    const answers: number[] = []
    for (let last = 0; last < 12; last++) {
      answers.push(await wrongPassword(`2001:db8::7:${last.toString(16)}:0:0:1`))
      answers.push(await wrongPassword(`2001:DB8:0:7:${last.toString(16)}::`))
    }
    expect(answers.filter((status) => status === 400)).toHaveLength(10)
    for (const elsewhere of ['2001:db8:0:8::1', '::1', '192.0.2.7', '::ffff:192.0.2.8'])
      expect(await wrongPassword(elsewhere)).toBe(400)
  })

  it('has a second factor that is not guessed from many addresses by who has the password', async () => {
    const visitor = new Visitor(stage.booted.issuer)
    const first = await visitor.open(authorization().address)
    const page = await visitor.submit(first, { email: 'root2@acme.test', password: PASSWORD })
    const answers: number[] = []
    for (let last = 1; last <= 32; last++) {
      const ip = `192.0.2.${last}`
      answers.push((await visitor.submit(page, { code: 'x' }, { 'x-forwarded-for': ip })).status)
    }
    expect([answers.slice(0, 30).every((status) => status === 400), answers.slice(30)]).toEqual([
      true,
      [429, 429],
    ])
  })

  it('is not opened by a recovery code that no second factor is left for', async () => {
    const { parts, issuer } = stage.booted
    const { secondFactors, recoveryCodes } = parts.storage
    await secondFactors.remove('usr_agent')
    await recoveryCodes.replace('usr_agent', [hashRecoveryCode(parts, 'usr_agent', 'aaaaa-bbbbb')])
    const visitor = new Visitor(issuer)
    const first = await visitor.open(authorization('admin-panel', { acr_values: MFA }).address)
    const page = await visitor.submit(first, { email: 'agent@acme.test', password: PASSWORD })
    const form = new URLSearchParams({ ...formOf(page).hidden, recovery_code: 'aaaaa-bbbbb' })
    const answer = await visitor.send(`${page.url}/second-factor`, form)
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  })

  it('is not read on by an app whose consent was withdrawn after the login it came from was over', async () => {
    const { booted, cast } = stage
    const { refreshToken = '' } = await cast.signIn(JANE, {
      clientId: 'acme-billing',
      redirectUri: 'http://localhost:4003/callback',
      scope: 'openid offline_access',
      params: { prompt: 'consent' },
    })
    for (const { uid } of await booted.parts.storage.sessions.listOf('usr_jane', Date.now()))
      await (await booted.provider.Session.findByUid(uid))?.destroy()
    const { visitor, seen } = await visit(booted, '/account', JANE)
    await press(visitor, seen, '/account/apps/withdraw', { app: 'acme-billing' })
    const { status, body } = await cast.refresh(refreshToken, { client_id: 'acme-billing' })
    expect([status, body.error]).toEqual([400, 'invalid_grant'])
  })

  it('is not written to with a consent that was asked for looking', async () => {
    const path = '/api/v1/users/usr_omar/consent-requests/acme-billing'
    const { body } = await stage.cast.request('POST', path, {
      token: stage.service,
      json: { reason: 'He cannot open his invoice', mode: 'read_only' },
      headers: { 'actor-token': stage.root },
    })
    const page = `/consent-requests/${body.id}`
    const { visitor, seen } = await visit(stage.booted, page, OMAR)
    await press(visitor, seen, page, { decision: 'accept' })
    const input = { user: 'usr_omar', app: 'acme-billing' }
    const full = await stage.start({ ...input, body: { mode: 'full' } })
    expect([full.status, full.body.code]).toEqual([403, 'CONSENT_REQUIRED'])
    const { refresh_token: token } = (await stage.start(input)).body
    const issued = await stage.cast.refresh(token, { client_id: 'acme-billing' })
    expect(issued.body.scope).toBe('openid profile email orders:read')
  })

  it('is opened once by one code, of either kind, from however many browsers at once', async () => {
    const { parts, issuer } = stage.booted
    const email = 'root@acme.test'
    const codes = [hashRecoveryCode(parts, 'usr_root', 'aaaaa-bbbbb')]
    await parts.storage.recoveryCodes.replace('usr_root', codes)
    const half = async (): Promise<readonly [Visitor, Seen]> => {
      const visitor = new Visitor(issuer)
      const first = await visitor.open(authorization().address)
      return [visitor, await visitor.submit(first, { email, password: PASSWORD })]
    }
    for (const name of ['recovery_code', 'code']) {
      const browsers = await Promise.all(Array.from({ length: 6 }, half))
      const code = name === 'code' ? await freshCode(stage.booted, email) : ' AAAAA-bbbbb'
      const answers = await Promise.all(
        browsers.map(async ([visitor, page], last) => {
          const form = new URLSearchParams({ ...formOf(page).hidden, [name]: code })
          const from = { 'x-forwarded-for': `198.51.100.${last}` }
          return (await visitor.send(`${page.url}/second-factor`, form, from)).status
        }),
      )
      expect(answers.toSorted((one, other) => one - other)).toEqual([303, 400, 400, 400, 400, 400])
    }
  })

  it('leaves no e-mail behind once it is erased, however it was typed', async () => {
    const { booted } = stage
    const visitor = new Visitor(booted.issuer)
    const page = await visitor.open(authorization('acme-portal').address)
    for (const email of ['lucia@contoso.test', ' Lucia@contoso.TEST'])
      await visitor.submit(page, { email, password: 'wrong' })
    const lucia = await booted.parts.storage.accounts.findCredentials('lucia@contoso.test')
    expect(lucia?.account.sub).toBe('usr_lucia')
    const byNobody = { actor: null, origin: null, by: 'test' }
    await eraseUser(booted.parts, 'usr_lucia', byNobody)
    const { audit_person: rows = [] } = await dumpOf(booted)
    expect(JSON.stringify(rows)).not.toMatch(/lucia@/i)
  })

  it('has no passkey renamed that is not its own, however its name is written', async () => {
    const { booted } = stage
    const path = '/account/security/passkey/rename'
    const { visitor, seen } = await visit(booted, '/account', JANE)
    const [{ csrf = '' } = {}] = formsTo(seen, '/account/sessions/end')
    for (const id of ['', 'unknown', '\0', 'x'.repeat(5000)]) {
      const form = new URLSearchParams({ csrf, id, name: 'Mine' })
      const { status, headers } = await visitor.send(booted.issuer + path, form)
      expect([status, headers.get('location')]).toEqual([303, '/account/security'])
    }
  })

  it('is closed to a thief who is signed out while a request of theirs is under way', async () => {
    const { booted } = stage
    const { storage } = booted.parts
    const path = '/account/security/authenticator'
    for (let round = 0; round < 8; round++) {
      await storage.secondFactors.remove('usr_kwame')
      const thief = await visit(booted, path, 'kwame@contoso.test')
      const owner = await visit(booted, '/account', 'kwame@contoso.test')
      const secret = /<code translate="no">([A-Z2-7 ]+)<\/code>/.exec(thief.seen.text)?.[1] ?? ''
      const code = unusedCode(secret.replaceAll(' ', ''), null, Date.now()) ?? ''
      const [{ csrf = '' } = {}] = formsTo(owner.seen, '/account/sessions/end')
      const signOut = new URLSearchParams({ csrf })
      await Promise.all([
        press(thief.visitor, thief.seen, path, { code }),
        owner.visitor.send(`${booted.issuer}/account/sessions/end`, signOut),
      ])
      expect((await thief.visitor.send(`${booted.issuer}/account`)).status).toBe(303)
      expect((await owner.visitor.send(`${booted.issuer}/account`)).status).toBe(200)
    }
  })
})
