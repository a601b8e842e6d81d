import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { Authorization, Seen } from '../support/visitor.ts'
import {
  askedFor,
  authorization,
  passPages,
  PASSWORD,
  redeem,
  Visitor,
} from '../support/visitor.ts'

const JANE = 'jane@customer.test'
const PORTAL = 'http://localhost:4002'

let booted: Booted
let cast: Cast
let jane: Visitor
let discovery: Record<string, string | string[]>

beforeAll(async () => {
  booted = await boot()
  cast = castOf(booted)
  jane = new Visitor(booted.issuer)
  const { address } = authorization('acme-portal')
  await passPages(booted, jane, await jane.open(address), JANE)
  discovery = (await cast.request('GET', '/.well-known/openid-configuration')).body
})
afterAll(() => booted.close())

interface Got {
  readonly request: Authorization
  readonly url: string
  readonly tokens: JsonAnswer
}
const get = async (params: Record<string, string | null> = {}, who = jane): Promise<Got> => {
  const request = authorization('acme-portal', { nonce: 'n-0S6_WzA2Mj', ...params })
  const { url } = await passPages(booted, who, await who.open(request.address), JANE)
  return { request, url, tokens: await redeem(cast, request, url) }
}
const ask = (params: Record<string, string | null>, who = jane): Promise<Seen> =>
  who.open(authorization('acme-portal', params).address)
const errorIn = ({ url }: Seen): string | null => new URL(url).searchParams.get('error')

// By the names of the OpenID Foundation's suite, plans "Basic OP" and "RP-Initiated Logout OP".
describe('R22 the modules of the conformance suite', () => {
  it('oidcc-server: a code flow ends with an ID token as discovery promises', async () => {
    const { url, tokens } = await get()
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'a state',
      iss: booted.issuer,
    })
    expect(tokens.status).toBe(200)
    expect(tokens.headers.get('cache-control')).toBe('no-store')
    expect(tokens.headers.get('content-type')).toMatch(/^application\/json/)
    expect(tokens.body).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      refresh_token: expect.any(String),
      id_token: expect.any(String),
      expires_in: 600,
      scope: 'openid profile email',
      token_type: 'Bearer',
    })
    const keys = createRemoteJWKSet(new URL(String(discovery['jwks_uri'])))
    const { payload, protectedHeader } = await jwtVerify(tokens.body.id_token, keys, {
      issuer: booted.issuer,
      audience: 'acme-portal',
    })
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: expect.any(String) })
    expect(payload).toMatchObject({ sub: 'usr_jane', nonce: 'n-0S6_WzA2Mj' })
    expect(Number(payload.exp)).toBeGreaterThan(Number(payload.iat))
  })

  it('oidcc-discovery: says what is required, and nothing that is not there', async () => {
    expect(discovery['issuer']).toBe(booted.issuer)
    for (const name of Object.keys(discovery).filter((key) => /_endpoint$|_uri$/.test(key))) {
      const { status } = await fetch(String(discovery[name]), { method: 'OPTIONS' })
      const { status: got } = await fetch(String(discovery[name]), { redirect: 'manual' })
      const { status: posted } = await fetch(String(discovery[name]), { method: 'POST' })
      expect([name, [status, got, posted].some((one) => one !== 404)]).toEqual([name, true])
    }
    expect(discovery).toMatchObject({
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256', 'RS256'],
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']),
      scopes_supported: expect.arrayContaining(['openid']),
    })
  })

  it('oidcc-response-type-missing: answers an error, and no code', async () => {
    const seen = await ask({ response_type: null })
    expect([errorIn(seen), seen.url.includes('code=')]).toEqual(['invalid_request', false])
  })

  it('oidcc-userinfo-get, -post-header: the claims of the scope, for the same subject', async () => {
    const { tokens } = await get()
    const token = tokens.body.access_token as string
    const claims = { sub: 'usr_jane', name: 'Jane Doe', email: JANE }
    for (const method of ['GET', 'POST']) {
      const { status, body } = await cast.request(method, '/me', { token })
      expect([status, body]).toEqual([200, claims])
    }
  })

  it('oidcc-userinfo-post-body: a token in the body is taken, one in the query is not', async () => {
    const { access_token } = (await get()).tokens.body
    expect((await cast.form('/me', { access_token })).status).toBe(200)
    const inQuery = await cast.request('GET', `/me?access_token=${access_token}`)
    expect([inQuery.status, inQuery.body.sub]).toEqual([400, undefined])
  })

  it.each([
    ['openid', ['sub']],
    ['openid profile', ['name', 'sub']],
    ['openid email', ['email', 'sub']],
  ])('oidcc-scope-*: the scope %s gives the claims %j', async (scope, names) => {
    const { tokens } = await get({ scope })
    expect(tokens.body.scope).toBe(scope)
    const { body } = await cast.userinfo(tokens.body.access_token)
    expect(Object.keys(body).toSorted()).toEqual(names)
  })

  it('oidcc-scope without openid: no ID token, and no userinfo', async () => {
    const { tokens } = await get({ scope: 'profile', nonce: null })
    expect([tokens.status, tokens.body.id_token]).toEqual([200, undefined])
    expect((await cast.userinfo(tokens.body.access_token)).status).toBe(403)
  })

  it('oidcc-ensure-other-scope-order-succeeds', async () => {
    expect((await get({ scope: 'email openid profile' })).tokens.status).toBe(200)
  })

  it('oidcc-prompt-login: asks again, and dates the ID token anew', async () => {
    expect(askedFor(await ask({ prompt: 'login' }))).toEqual(['email', 'password'])
  })

  it('oidcc-prompt-none-not-logged-in: answers login_required', async () => {
    const seen = await ask({ prompt: 'none' }, new Visitor(booted.issuer))
    expect(errorIn(seen)).toBe('login_required')
    expect(new URL(seen.url).searchParams.get('state')).toBe('a state')
  })

  it('oidcc-prompt-none-logged-in: answers without a page, for the same login', async () => {
    const first = decodeJwt((await get()).tokens.body.id_token)
    const silent = decodeJwt((await get({ prompt: 'none' })).tokens.body.id_token)
    expect(silent).toMatchObject({ sub: first.sub, auth_time: first['auth_time'] })
  })

  it('oidcc-max-age-1, -10000: asks for a login only when the last is too old', async () => {
    const { tokens } = await get({ max_age: '10000' })
    expect(decodeJwt(tokens.body.id_token)).toMatchObject({ auth_time: expect.any(Number) })
    expect(askedFor(await ask({ max_age: '0' }))).toEqual(['email', 'password'])
  })

  it('oidcc-id-token-hint: goes with prompt=none, for who is signed in only', async () => {
    const hint = (await get()).tokens.body.id_token as string
    expect((await ask({ prompt: 'none', id_token_hint: hint })).url).toContain('?code=')
    const omar = new Visitor(booted.issuer)
    const login = await omar.open(authorization('acme-portal').address)
    await omar.submit(login, { email: 'omar@customer.test', password: PASSWORD })
    const other = await ask({ prompt: 'none', id_token_hint: hint }, omar)
    expect(errorIn(other)).toBe('login_required')
  })

  it('oidcc-login-hint: fills in who is meant', async () => {
    const page = await ask({ login_hint: JANE }, new Visitor(booted.issuer))
    expect(page.text).toContain(`value="${JANE}"`)
  })

  it.each([
    ['ui-locales', { ui_locales: 'se no' }],
    ['claims-locales', { claims_locales: 'se' }],
    ['display-page', { display: 'page' }],
    ['display-popup', { display: 'popup' }],
    ['acr-values', { acr_values: '1 2' }],
    ['unknown parameters', { extra: 'foobar' }],
    ['response mode form_post’s sibling', { response_mode: 'fragment' }],
  ])('oidcc-ensure-request-with-%s-succeeds', async (_, params) => {
    expect((await ask(params)).url).toMatch(/[?#]code=/)
  })

  it('oidcc-claims-essential: a claim that is asked for is not kept back, nor is an unknown one an error', async () => {
    const claims = JSON.stringify({ userinfo: { name: { essential: true }, nothing: null } })
    expect((await get({ claims })).tokens.status).toBe(200)
  })

  it('oidcc-codereuse, -30seconds: the second use fails, and the first’s token with it', async () => {
    const { request, url, tokens } = await get()
    expect((await redeem(cast, request, url)).body.error).toBe('invalid_grant')
    expect((await cast.userinfo(tokens.body.access_token)).status).toBe(401)
  })

  it('oidcc-ensure-registered-redirect-uri: an error page, and nobody is sent there', async () => {
    const seen = await ask({ redirect_uri: `${PORTAL}/callback/other` })
    expect([seen.status, seen.url.startsWith(booted.issuer)]).toEqual([400, true])
  })

  it('oidcc-request-uri, -unsigned: request objects are declined, with the error they have', async () => {
    const object = 'eyJhbGciOiJub25lIn0.e30.'
    expect(errorIn(await ask({ request: object }))).toBe('request_not_supported')
    const byReference = await ask({ request_uri: `${PORTAL}/request.jwt` })
    expect(byReference.url).not.toContain('code=')
    expect(discovery).not.toHaveProperty('request_parameter_supported')
    expect(discovery['request_uri_parameter_supported']).toBe(false)
  })

  it('oidcc-nonce: comes back as it was sent, or not at all', async () => {
    const nonce = '~!*-nonce/+ü'
    const { nonce: back } = decodeJwt((await get({ nonce })).tokens.body.id_token)
    expect(back).toBe(nonce)
    expect(decodeJwt((await get({ nonce: null })).tokens.body.id_token)).not.toHaveProperty('nonce')
  })

  it('oidcc-server-client-secret-basic and -post: the former works, the latter is not offered', async () => {
    expect(discovery['token_endpoint_auth_methods_supported']).not.toContain('client_secret_post')
    const fields = { grant_type: 'client_credentials', scope: 'read_user' }
    expect((await cast.form('/token', fields, 'acme-backend')).status).toBe(200)
    const inBody = { ...fields, client_id: 'acme-backend', client_secret: 'acme-backend-secret' }
    expect((await cast.form('/token', inBody)).body.error).toBe('invalid_client')
  })

  it('oidcc-refresh-token: rotates, keeps subject and auth_time, and dies of a second use', async () => {
    const { tokens } = await get()
    const next = await cast.refresh(tokens.body.refresh_token)
    expect(next.status).toBe(200)
    expect(next.body.refresh_token).not.toBe(tokens.body.refresh_token)
    expect(next.body.access_token).not.toBe(tokens.body.access_token)
    const [was, is] = [tokens, next].map(({ body }) => decodeJwt(body.id_token as string))
    expect([is?.sub, is?.aud, is?.['auth_time']]).toEqual([was?.sub, was?.aud, was?.['auth_time']])
    expect((await cast.refresh(tokens.body.refresh_token)).body.error).toBe('invalid_grant')
    expect((await cast.refresh(next.body.refresh_token)).body.error).toBe('invalid_grant')
    expect((await cast.userinfo(next.body.access_token)).status).toBe(401)
  })

  it('oidcc-refresh-token-rp-key-rotation: the key in the header is published', async () => {
    const { kid } = decodeProtectedHeader((await get()).tokens.body.id_token)
    const { body } = await cast.request('GET', '/jwks')
    const kids = (body.keys as { kid: string }[]).map((key) => key.kid)
    expect(kids).toContain(kid)
    expect(new Set(kids).size).toBe(kids.length)
  })

  it('oauth-revocation (RFC 7009): kills the token, says nothing, and is only for the owner', async () => {
    const { tokens } = await get()
    const form = { token: tokens.body.refresh_token as string, client_id: 'acme-portal' }
    const foreign = await cast.form('/token/revocation', { ...form, client_id: 'acme-billing' })
    expect([foreign.status, foreign.body]).toEqual([200, ''])
    expect((await cast.introspect(form.token)).body.active).toBe(true)
    for (const token of [form.token, form.token, 'unknown']) {
      const { status, body } = await cast.form('/token/revocation', { ...form, token })
      expect([status, body]).toEqual([200, ''])
    }
    expect((await cast.introspect(form.token)).body).toEqual({ active: false })
    expect((await cast.introspect(tokens.body.access_token)).body).toEqual({ active: false })
  })

  it('oauth-introspection (RFC 7662): says active to who may ask, and nothing else to the rest', async () => {
    const { access_token: token } = (await get()).tokens.body as { access_token: string }
    expect((await cast.introspect(token)).body).toMatchObject({ active: true, sub: 'usr_jane' })
    const other = await cast.form('/token/introspection', { token }, 'acme-readonly')
    expect([other.status, other.body]).toEqual([200, { active: false }])
    expect((await cast.form('/token/introspection', { token })).status).toBe(400)
    expect((await cast.introspect('unknown')).body).toEqual({ active: false })
  })
})

describe('The modules on sessions and origins', () => {
  const logout = (params: Record<string, string>, who: Visitor): Promise<Seen> =>
    who.open(`/session/end?${new URLSearchParams(params).toString()}`)

  it('oidcc-rp-initiated-logout: signs out and goes back with the state', async () => {
    const visitor = new Visitor(booted.issuer)
    const { tokens } = await get({}, visitor)
    const back = { post_logout_redirect_uri: `${PORTAL}/`, state: 'xyz' }
    const page = await logout({ id_token_hint: tokens.body.id_token, ...back }, visitor)
    const { url } = await visitor.submit(page, { logout: 'yes' })
    expect(url).toBe(`${PORTAL}/?state=xyz`)
    expect(errorIn(await ask({ prompt: 'none' }, visitor))).toBe('login_required')
  })

  it.each([
    [
      'bad-post-logout-redirect-uri',
      { client_id: 'acme-portal', post_logout_redirect_uri: `${PORTAL}/x` },
    ],
    ['modified-id-token-hint', { id_token_hint: 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA' }],
    ['bad-id-token-hint', { id_token_hint: 'bad' }],
  ])('oidcc-rp-initiated-logout-%s: an error page, and still signed in', async (_, params) => {
    const seen = await logout(params, jane)
    expect([seen.status, seen.headers.get('location')]).toEqual([400, null])
    expect((await ask({ prompt: 'none' })).url).toContain('?code=')
  })

  it.each([
    ['no-params', {}],
    ['no-post-logout-redirect-uri', { client_id: 'acme-portal' }],
    ['only-state', { state: 'xyz' }],
  ])('oidcc-rp-initiated-logout-%s: ends at a page of the issuer', async (_, params) => {
    const visitor = new Visitor(booted.issuer)
    await get({}, visitor)
    const page = await logout(params, visitor)
    const { url, status } = await visitor.submit(page, { logout: 'yes' })
    expect([status, url.split('?')[0]]).toEqual([200, `${booted.issuer}/session/end/success`])
  })

  it('cors: an app reads the answers of the token endpoint at its own origin only', async () => {
    const form = { grant_type: 'refresh_token', client_id: 'acme-portal', refresh_token: 'x' }
    for (const path of ['/token', '/token/revocation']) {
      const own = await cast.form(path, { ...form, token: 'x' }, undefined, { origin: PORTAL })
      expect(own.headers.get('access-control-allow-origin')).toBe(PORTAL)
      const foreign = await cast.form(path, { ...form, token: 'x' }, undefined, {
        origin: 'https://x.test',
      })
      expect(foreign.headers.get('access-control-allow-origin')).toBe(null)
    }
  })
})
