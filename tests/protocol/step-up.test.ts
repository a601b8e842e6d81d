import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { Seen } from '../support/visitor.ts'
import {
  askedFor,
  authorization,
  freshCode,
  passPages,
  PASSWORD,
  redeem,
  Visitor,
  wordsOf,
} from '../support/visitor.ts'

const MFA = 'urn:understudy:acr:mfa'
const ROOT = 'root@acme.test'
const JANE = 'jane@customer.test'

let booted: Booted
let cast: Cast

beforeAll(async () => {
  // Only the date is ours: timers and I/O run as ever, and nothing sleeps.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  booted = await boot()
  cast = castOf(booted)
})
afterAll(async () => {
  await booted.close()
  vi.useRealTimers()
})

const now = (): number => Math.floor(Date.now() / 1000)
const pass = (seconds: number): void => void vi.setSystemTime(Date.now() + seconds * 1000)

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
}

interface SignedIn {
  readonly visitor: Visitor
  readonly tokens: Tokens
}

/** Signs in through the pages, or again in a browser that knows somebody already. */
async function signIn(
  email: string,
  { clientId = 'admin-panel', params = {}, visitor = new Visitor(booted.issuer) } = {},
): Promise<SignedIn> {
  const request = authorization(clientId, params)
  const first = await visitor.open(request.address)
  const { url } = await passPages(booted, visitor, first, email)
  return { visitor, tokens: (await redeem(cast, request, url)).body as Tokens }
}

const ask = (visitor: Visitor, params: Record<string, string>, app?: string): Promise<Seen> =>
  visitor.open(authorization(app, params).address)

describe('How somebody signed in (OpenID Connect Core §2, RFC 8176)', () => {
  let root: SignedIn
  let at: number

  beforeEach(async () => {
    at = now()
    root = await signIn(ROOT)
  })

  it('is in the ID token: acr, amr, auth_time', () => {
    const { acr, amr, auth_time: authTime } = decodeJwt(root.tokens.id_token)
    expect({ acr, amr, authTime }).toEqual({ acr: MFA, amr: ['pwd', 'otp', 'mfa'], authTime: at })
  })

  it('is in the introspection of the administrator’s access token', async () => {
    expect((await cast.introspect(root.tokens.access_token)).body).toMatchObject({
      active: true,
      sub: 'usr_root',
      client_id: 'admin-panel',
      acr: MFA,
      amr: ['pwd', 'otp', 'mfa'],
      auth_time: at,
    })
  })

  it('stays what it was when tokens are refreshed', async () => {
    pass(200)
    const fields = { grant_type: 'refresh_token', refresh_token: root.tokens.refresh_token }
    const { body } = await cast.form('/token', fields, 'admin-panel')
    const said = { acr: MFA, amr: ['pwd', 'otp', 'mfa'], auth_time: at }
    expect(decodeJwt((body as Tokens).id_token)).toMatchObject({ ...said, iat: now() })
    expect((await cast.introspect(body.access_token)).body).toMatchObject(said)
  })

  it('stays what it was when another app signs the same browser in', async () => {
    pass(60)
    const { visitor } = root
    const portal = await signIn(ROOT, { clientId: 'acme-portal', visitor })
    expect(decodeJwt(portal.tokens.id_token)).toMatchObject({ auth_time: at, acr: MFA })
  })

  it('is a password alone for an account without a second factor', async () => {
    const { tokens } = await signIn(JANE, { clientId: 'acme-portal' })
    const { acr, amr, auth_time: authTime } = decodeJwt(tokens.id_token)
    expect({ acr, amr, authTime }).toEqual({ acr: undefined, amr: ['pwd'], authTime: now() })
  })

  it('dates from the login and not from a consent given later', async () => {
    const visitor = new Visitor(booted.issuer)
    const request = authorization('acme-billing')
    const login = await visitor.open(request.address)
    const consent = await visitor.submit(login, { email: 'omar@customer.test', password: PASSWORD })
    pass(600)
    const { url } = await visitor.submit(consent, { decision: 'accept' })
    const { body } = await redeem(cast, request, url)
    expect(decodeJwt((body as Tokens).id_token)).toMatchObject({ auth_time: at })
  })
})

describe('max_age (OpenID Connect Core §3.1.2.1)', () => {
  it('asks nothing while the login is young enough', async () => {
    const { visitor } = await signIn(ROOT)
    pass(299)
    expect((await ask(visitor, { max_age: '300' })).url).toContain('?code=')
  })

  it('asks only for the second factor when the session is too old, and renews auth_time', async () => {
    const { visitor } = await signIn(ROOT)
    pass(301)
    const seen = await ask(visitor, { max_age: '300' })
    expect(askedFor(seen)).toEqual(['code'])
    expect(wordsOf(seen)).toContain('Signing in as root@acme.test')
    const again = await signIn(ROOT, { visitor, params: { max_age: '300' } })
    expect(decodeJwt(again.tokens.id_token)).toMatchObject({ auth_time: now(), acr: MFA })
  })

  it('asks for the password of an account that has no second factor', async () => {
    const { visitor } = await signIn(JANE, { clientId: 'acme-portal' })
    pass(301)
    expect(askedFor(await ask(visitor, { max_age: '300' }, 'acme-portal'))).toEqual([
      'email',
      'password',
    ])
  })

  it('answers login_required to prompt=none', async () => {
    const { visitor } = await signIn(ROOT)
    pass(301)
    const { url } = await ask(visitor, { max_age: '300', prompt: 'none' })
    expect(new URL(url).searchParams.get('error')).toBe('login_required')
  })
})

describe(`acr_values=${MFA} (RFC 9470 §4)`, () => {
  it('asks nothing of a session that has seen a second factor', async () => {
    const { visitor } = await signIn(ROOT)
    expect((await ask(visitor, { acr_values: MFA })).url).toContain('?code=')
  })

  it('asks for the second factor in a session without it', async () => {
    const { visitor } = await signIn('mateus@northwind.test', { clientId: 'acme-portal' })
    const { storage, box, clock } = booted.parts
    await storage.secondFactors.enrol('usr_mateus', box.seal('JBSWY3DPEHPK3PXP'), clock())
    const seen = await ask(visitor, { acr_values: `other ${MFA}` }, 'acme-portal')
    expect(askedFor(seen)).toEqual(['code'])
    const raised = await signIn('mateus@northwind.test', {
      clientId: 'acme-portal',
      visitor,
      params: { acr_values: MFA },
    })
    expect(decodeJwt(raised.tokens.id_token)).toMatchObject({ acr: MFA })
  })

  it('tells somebody who has none, and lets them go back to the app', async () => {
    const { visitor } = await signIn(JANE, { clientId: 'acme-portal' })
    const login = await ask(visitor, { acr_values: MFA }, 'acme-portal')
    const seen = await visitor.submit(login, { email: JANE, password: PASSWORD })
    expect(wordsOf(seen)).toContain('A second factor is needed')
    const { url } = await visitor.submit(seen, {})
    expect(new URL(url).searchParams.get('error')).toBe('access_denied')
  })
})

describe('prompt=login (OpenID Connect Core §3.1.2.1)', () => {
  it('asks for everything again', async () => {
    const { visitor } = await signIn(ROOT)
    pass(30)
    const request = authorization('admin-panel', { prompt: 'login' })
    const login = await visitor.open(request.address)
    expect(askedFor(login)).toEqual(['email', 'password'])
    const second = await visitor.submit(login, { email: ROOT, password: PASSWORD })
    expect(askedFor(second)).toEqual(['code'])
    const { url } = await passPages(booted, visitor, second, ROOT)
    const { body } = await redeem(cast, request, url)
    expect(decodeJwt((body as Tokens).id_token)).toMatchObject({ auth_time: now() })
  })

  it('lets somebody else sign in, whose session replaces the old one', async () => {
    const { visitor } = await signIn(JANE, { clientId: 'acme-portal' })
    const request = authorization('acme-portal', { prompt: 'login' })
    const omar = { email: 'omar@customer.test', password: PASSWORD }
    const handOver = await visitor.submit(await visitor.open(request.address), omar)
    // The library signs Jane out by a form that submits itself, or by its button without script.
    const { url } = await visitor.submit(handOver, {})
    const { body } = await redeem(cast, request, url)
    expect(decodeJwt((body as Tokens).id_token)).toMatchObject({ sub: 'usr_omar' })
  })
})

describe('Between password and code', () => {
  it('five minutes may pass; after that the password is asked for again', async () => {
    const visitor = new Visitor(booted.issuer)
    const login = await visitor.open(authorization().address)
    const second = await visitor.submit(login, { email: ROOT, password: PASSWORD })
    pass(299)
    expect(askedFor(await visitor.open(second.url))).toEqual(['code'])
    pass(2)
    expect(askedFor(await visitor.open(second.url))).toEqual(['email', 'password'])
    const late = await visitor.submit(second, { code: await freshCode(booted, ROOT) })
    expect(askedFor(late)).toEqual(['email', 'password'])
  })

  it('an account may be disabled: its code is worth nothing then', async () => {
    const { accounts } = booted.parts.storage
    const visitor = new Visitor(booted.issuer)
    const login = await visitor.open(authorization().address)
    const second = await visitor.submit(login, { email: 'olga@northwind.test', password: PASSWORD })
    await accounts.setStatus('usr_olga', 'disabled')
    const code = await freshCode(booted, 'olga@northwind.test')
    const refused = await visitor.submit(second, { code })
    expect(askedFor(refused)).toEqual(['email', 'password'])
  })
})

describe('A session of an account that was disabled since', () => {
  it('signs nobody in', async () => {
    const { visitor } = await signIn('priya@northwind.test', { clientId: 'acme-portal' })
    await booted.parts.storage.accounts.setStatus('usr_priya', 'disabled')
    const { url } = await ask(visitor, { prompt: 'none' }, 'acme-portal')
    expect(new URL(url).searchParams.get('error')).toBe('login_required')
    const seen = await ask(visitor, {}, 'acme-portal')
    expect(askedFor(seen)).toEqual(['email', 'password'])
  })
})

describe('requireMfa at the start of an impersonation (contract §1, RFC 9470 §3)', () => {
  const start = (actor: string): ReturnType<Cast['start']> =>
    cast.start({ actor, user: 'usr_jane', app: 'acme-portal' })
  const service = async (): Promise<string> => cast.serviceToken()

  it('is met for 300 seconds after the second factor', async () => {
    const { tokens } = await signIn(ROOT)
    pass(300)
    const started = await cast.start({ actor: tokens.access_token, service: await service() })
    expect(started.status).toBe(200)
    const token = await service()
    const path = `/api/v1/impersonations/${started.body.impersonation_id}`
    expect((await cast.request('DELETE', path, { token })).status).toBe(204)
  })

  it('is not met after that, also with a token refreshed since, and says what to ask for', async () => {
    const { visitor, tokens } = await signIn(ROOT)
    pass(301)
    const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    const refreshed = (await cast.form('/token', fields, 'admin-panel')).body as Tokens
    for (const token of [tokens.access_token, refreshed.access_token]) {
      const denied = await cast.start({ actor: token, service: await service() })
      expect(denied.status).toBe(403)
      expect(denied.body).toEqual({
        error: 'insufficient_user_authentication',
        error_description: expect.any(String),
        code: 'MFA_REQUIRED',
        request_id: denied.headers.get('x-request-id'),
        acr_values: MFA,
        max_age: 300,
      })
    }
    const params = { acr_values: MFA, max_age: '300' }
    const again = await signIn(ROOT, { visitor, params })
    expect((await start(again.tokens.access_token)).status).toBe(200)
  })
})
