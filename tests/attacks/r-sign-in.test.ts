import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { errorBody, onStage } from '../support/attack.ts'
import { visit } from '../support/account-visitor.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { advance, stopClock } from '../support/turned-clock.ts'
import type { Seen } from '../support/visitor.ts'
import {
  askedFor,
  authorization,
  freshCode,
  passPages,
  PASSWORD,
  redeem,
  Visitor,
} from '../support/visitor.ts'
import { wrongCode } from '../support/wrong-code.ts'

const MFA = 'urn:understudy:acr:mfa'
const ROOT = 'root@acme.test'
const AGENT = 'agent@acme.test'
const MFA_REQUIRED = errorBody('MFA_REQUIRED', { acr_values: MFA, max_age: 300 })

describe.each(['sqlite', 'postgres'] as const)('what a login proves, on %s', (database) => {
  const stage = onStage(database)

  interface SignedIn {
    readonly visitor: Visitor
    readonly tokens: { access_token: string; id_token: string; refresh_token: string }
    /** What the first page asked for. */
    readonly asked: string[]
  }
  async function signIn(
    email: string,
    { clientId = 'admin-panel', params = {}, visitor = new Visitor(stage.booted.issuer) } = {},
  ): Promise<SignedIn> {
    const request = authorization(clientId, params)
    const first = await visitor.open(request.address)
    const { url } = await passPages(stage.booted, visitor, first, email)
    const { status, body } = await redeem(stage.cast, request, url)
    expect([url, status]).toEqual([url, 200])
    return { visitor, tokens: body, asked: askedFor(first) }
  }
  const now = (): number => Math.floor(Date.now() / 1000)

  it.each([
    ['max_age=0', { max_age: '0' }, 0, 'login_required'],
    ['max_age=1', { max_age: '1' }, 3, 'login_required'],
    ['prompt=login', { prompt: 'login' }, 30, null],
  ])(
    'R11 %s brings a fresh login, which the ID token dates',
    async (_, params, seconds, silently) => {
      stopClock()
      const { visitor, tokens: old } = await signIn(ROOT)
      advance(seconds + 1)
      const { asked, tokens } = await signIn(ROOT, { visitor, params })
      expect(asked).not.toEqual([])
      const { auth_time: authTime, sub } = decodeJwt(tokens.id_token)
      expect([sub, authTime]).toEqual(['usr_root', now()])
      expect(Number(authTime)).toBeGreaterThan(Number(decodeJwt(old.id_token)['auth_time']))
      advance(seconds + 1)
      const silent = authorization('admin-panel', { ...params, prompt: 'none' })
      const { url } = await visitor.open(silent.address)
      expect(new URL(url).searchParams.get('error')).toBe(silently)
    },
  )

  it.each([
    ['max_age', '-1'],
    ['max_age', 'abc'],
    ['max_age', '1.5'],
    ['prompt', 'none login'],
    ['prompt', 'whatever'],
  ])('%s=%s cannot be meant, and is no way around', async (name, value) => {
    const { visitor } = await signIn(ROOT)
    const { url } = await visitor.open(authorization('admin-panel', { [name]: value }).address)
    expect(new URL(url).searchParams.get('error')).toBe('invalid_request')
  })

  describe('no step-up', () => {
    const start = (actor: string): Promise<JsonAnswer> => stage.start({ actor })
    const expectMfaRequired = async (token: string): Promise<void> => {
      const { status, body } = await start(token)
      expect([status, body]).toEqual([403, MFA_REQUIRED])
    }
    /** An administrator whose account has no second factor, which only an operator can change. */
    const disarm = async (): Promise<void> => {
      const { accounts, secondFactors } = stage.booted.parts.storage
      await accounts.setRoles('usr_agent', ['super_admin'])
      await secondFactors.remove('usr_agent')
    }
    afterEach(() => stage.booted.parts.storage.accounts.setRoles('usr_agent', ['support_agent']))

    it('R13 is avoided by another app, a service or a credential of another kind', async () => {
      const { tokens } = await signIn(ROOT, { clientId: 'acme-portal' })
      const panel = (await signIn(ROOT)).tokens
      const wrong = [tokens.access_token, stage.service, panel.id_token, panel.refresh_token]
      for (const token of [...wrong, `Bearer ${panel.access_token}`]) {
        const { status, body } = await start(token)
        expect([status, body]).toEqual([403, errorBody('IMPERSONATOR_TOKEN_INVALID')])
      }
    })

    it('is avoided by a session left open, a silent sign-in or a refresh', async () => {
      const { visitor, tokens } = await signIn(ROOT)
      advance(301)
      const silent = await signIn(ROOT, { visitor, params: { prompt: 'none' } })
      const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
      const refreshed = (await stage.cast.form('/token', fields, 'admin-panel')).body
      for (const { access_token: token } of [tokens, silent.tokens, refreshed])
        await expectMfaRequired(token)
    })

    it.each([
      { acr_values: 'urn:other' },
      { acr_values: '' },
      { claims: JSON.stringify({ id_token: { acr: { value: MFA } } }) },
      { claims: JSON.stringify({ id_token: { amr: null, auth_time: { value: 1 } } }) },
      { max_age: '86400' },
      { amr: 'mfa', acr: MFA },
      { login_hint: ROOT, id_token_hint: '' },
    ])('is avoided by asking for less or for more: %j', async (params) => {
      await disarm()
      const visitor = new Visitor(stage.booted.issuer)
      const request = authorization('admin-panel', params)
      const login = await visitor.open(request.address)
      const seen = await visitor.submit(login, { email: AGENT, password: PASSWORD })
      // Either nothing is given out, or what is given out says that there was no second factor.
      const { body } = await redeem(stage.cast, request, seen.url)
      const refused = body.access_token === undefined ? null : await start(body.access_token)
      expect([null, 'MFA_REQUIRED']).toContain(refused === null ? null : refused.body.code)
    })

    it('is avoided by leaving out the page that asks for the code', async () => {
      const visitor = new Visitor(stage.booted.issuer)
      const login = await visitor.open(authorization('admin-panel').address)
      const second = await visitor.submit(login, { email: ROOT, password: PASSWORD })
      expect(askedFor(second)).toEqual(['code'])
      const uid = new URL(second.url).pathname.split('/')[2]
      const seen: Seen[] = [
        await visitor.open(`/auth/${uid}`),
        await visitor.open(authorization('acme-portal', { prompt: 'none' }).address),
        await visitor.submit(second, { code: '' }),
        await visitor.submit(second, { code: wrongCode(), amr: 'otp', acr: MFA }),
        await visitor.submit(second, { decision: 'accept' }),
      ]
      for (const { url } of seen) expect(url).not.toContain('code=')
      expect((await visitor.open('/account')).url).toContain('/interaction/')
    })

    it('is avoided by setting up a first second factor with nothing but the password', async () => {
      await disarm()
      const { visitor, seen } = await visit(stage.booted, '/account/security/authenticator', AGENT)
      expect(seen.url).toBe(`${stage.booted.issuer}/account/security`)
      for (const path of ['authenticator', 'passkey', 'recovery']) {
        const form = new URLSearchParams({ code: '123456', secret: 'JBSWY3DPEHPK3PXP' })
        const { status } = await visitor.send(`${seen.url}/${path}`, form)
        expect([400, 303]).toContain(status)
      }
      const { storage } = stage.booted.parts
      expect(await storage.secondFactors.find('usr_agent')).toBe(undefined)
      const { tokens } = await signIn(AGENT, { visitor })
      await expectMfaRequired(tokens.access_token)
    })

    it('is avoided by a way to get a lost account back: there is none', async () => {
      const visitor = new Visitor(stage.booted.issuer)
      const paths = ['forgot', 'forgot-password', 'reset', 'reset-password', 'recover', 'recovery']
      for (const path of [...paths, 'magic-link', 'login', 'register', 'reg', 'device'])
        expect((await visitor.open(`/${path}`)).status).toBe(404)
      const login = await visitor.open(authorization('admin-panel').address)
      expect(askedFor(login)).toEqual(['email', 'password'])
      expect(login.text).not.toMatch(/forgot|remember|sign in with/i)
    })

    it('is left to an old browser once somebody else has signed in there', async () => {
      const { visitor } = await signIn(ROOT)
      const request = authorization('admin-panel', { prompt: 'login' })
      await disarm()
      const login = await visitor.open(request.address)
      const handOver = await visitor.submit(login, { email: AGENT, password: PASSWORD })
      const { url } = await visitor.submit(handOver, {})
      const { body } = await redeem(stage.cast, request, url)
      expect(decodeJwt(body.id_token)).toMatchObject({ sub: 'usr_agent', amr: ['pwd'] })
      await expectMfaRequired(body.access_token)
      expect(await freshCode(stage.booted, AGENT)).toMatch(/^\d{6}$/)
    })
  })
})
