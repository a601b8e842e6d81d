import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { Authorization } from '../support/visitor.ts'
import { authorization, passPages, redeem, Visitor, wordsOf } from '../support/visitor.ts'

const JANE = 'jane@customer.test'

let booted: Booted
let cast: Cast
let jane: Visitor

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  booted = await boot()
  cast = castOf(booted)
  jane = new Visitor(booted.issuer)
  await passPages(booted, jane, await jane.open(authorization('acme-portal').address), JANE)
})
afterAll(async () => {
  await booted.close()
  vi.useRealTimers()
})

/** What the callback of Acme Portal gets; Jane is signed in already. */
async function callback(params: Record<string, string | null> = {}): Promise<URL> {
  return new URL((await jane.open(authorization('acme-portal', params).address)).url)
}

async function freshCodeFor(request: Authorization): Promise<string> {
  return (await jane.open(request.address)).url
}

describe('Proof Key for Code Exchange (RFC 7636, RFC 9700 §2.1.1)', () => {
  it('is required of a single-page app', async () => {
    const { searchParams } = await callback({ code_challenge: null, code_challenge_method: null })
    expect(searchParams.get('error')).toBe('invalid_request')
    expect(searchParams.has('code')).toBe(false)
  })

  it.each(['plain', 'S512', 's256'])('refuses the method %s', async (method) => {
    const { searchParams } = await callback({ code_challenge_method: method })
    expect(searchParams.get('error')).toBe('invalid_request')
  })

  it('refuses a challenge without a method, which would mean plain', async () => {
    const { searchParams } = await callback({ code_challenge_method: null })
    expect(searchParams.get('error')).toBe('invalid_request')
  })

  it.each([
    ['a wrong verifier', 'w'.repeat(43)],
    ['no verifier', ''],
  ])('refuses %s at the token endpoint', async (_, verifier) => {
    const request = authorization('acme-portal')
    const url = await freshCodeFor(request)
    const refused = await redeem(cast, request, url, { code_verifier: verifier })
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(refused.headers.get('cache-control')).toBe('no-store')
  })
})

describe('Redirect URIs (RFC 9700 §4.1.3)', () => {
  const registered = 'http://localhost:4002/callback'

  it.each([
    `${registered}/`,
    `${registered}?x=1`,
    `${registered}#x`,
    `${registered}/../evil`,
    'http://localhost:4002/Callback',
    'http://localhost:4002/',
    'http://localhost:4003/callback',
    'http://127.0.0.1:4002/callback',
    'https://localhost:4002/callback',
    'http://localhost:4002@evil.test/callback',
    'https://evil.test/callback',
    'javascript:alert(1)',
  ])('are compared exactly: %s is refused and not redirected to', async (uri) => {
    const seen = await jane.open(authorization('acme-portal', { redirect_uri: uri }).address)
    expect(seen.status).toBe(400)
    expect(seen.url.startsWith(booted.issuer)).toBe(true)
    expect(wordsOf(seen)).toContain('an address that is not registered')
    expect(seen.text).not.toContain('evil')
  })

  it('must be named, even where only one is registered', async () => {
    const request = authorization('acme-portal')
    const seen = await jane.open(request.address.replace(/redirect_uri=[^&]*&/, ''))
    expect(seen.status).toBe(400)
    expect(seen.url.startsWith(booted.issuer)).toBe(true)
  })

  it('must be the same at the token endpoint (RFC 6749 §4.1.3)', async () => {
    const redirectUri = 'http://localhost:4003/callback?from=billing'
    const request = authorization('acme-billing', { redirect_uri: redirectUri })
    const url = await freshCodeFor(request)
    expect(url).toContain('http://localhost:4003/callback?from=billing&code=')
    const other = { redirect_uri: 'http://localhost:4003/callback' }
    expect((await redeem(cast, request, url, other)).body.error).toBe('invalid_grant')
  })
})

describe('Response types (RFC 9700 §2.1.2)', () => {
  it.each(['token', 'id_token', 'id_token token', 'code token', 'code id_token', 'none'])(
    'refuse %s, and issue nothing',
    async (type) => {
      const params = { response_type: type, nonce: 'nonce' }
      const seen = await jane.open(authorization('acme-portal', params).address)
      const where = `${seen.url} ${seen.text}`
      expect(where).toContain('unsupported_response_type')
      expect(where).not.toMatch(/access_token=|id_token=|[?#&]code=/)
    },
  )

  it('are one in discovery', async () => {
    const { body } = await cast.request('GET', '/.well-known/openid-configuration')
    expect(body.response_types_supported).toEqual(['code'])
  })
})

describe('Authorization codes (RFC 6749 §4.1.2, RFC 9700 §4.5)', () => {
  it('work once; the second use is refused and revokes what the first one gave', async () => {
    const request = authorization('acme-portal')
    const url = await freshCodeFor(request)
    const { body } = await redeem(cast, request, url)
    expect((await cast.userinfo(body.access_token)).status).toBe(200)
    const replay = await redeem(cast, request, url)
    expect(replay).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect((await cast.userinfo(body.access_token)).status).toBe(401)
    expect((await cast.introspect(body.access_token)).body).toEqual({ active: false })
    expect((await cast.refresh(body.refresh_token)).body.error).toBe('invalid_grant')
  })

  it('work for exactly one of ten who send one at once', async () => {
    const request = authorization('acme-portal')
    const url = await freshCodeFor(request)
    const all = await Promise.all(Array.from({ length: 10 }, () => redeem(cast, request, url)))
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = all.filter(({ status }) => status !== 200)
    expect(refused.map(({ status, body }) => [status, body.error])).toEqual(
      Array.from({ length: 9 }, () => [400, 'invalid_grant']),
    )
  })

  it('work for the app they were given to', async () => {
    const request = authorization('acme-portal')
    const url = await freshCodeFor(request)
    const stolen = await redeem(cast, request, url, { client_id: 'acme-billing' })
    expect(stolen).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  it('work for a minute', async () => {
    const requests = [authorization('acme-portal'), authorization('acme-portal')] as const
    const urls = await Promise.all(requests.map(freshCodeFor))
    vi.setSystemTime(Date.now() + 55_000)
    expect((await redeem(cast, requests[0], urls[0] ?? '')).status).toBe(200)
    vi.setSystemTime(Date.now() + 30_000)
    expect((await redeem(cast, requests[1], urls[1] ?? '')).body.error).toBe('invalid_grant')
  })

  it('come with the issuer, against mix-up (RFC 9207)', async () => {
    expect((await callback()).searchParams.get('iss')).toBe(booted.issuer)
    const refused = await callback({ code_challenge: null })
    expect(refused.searchParams.get('iss')).toBe(booted.issuer)
  })
})

describe('The token endpoint (RFC 6749 §3.2)', () => {
  const credentials = { grant_type: 'client_credentials', scope: 'root' }

  it('refuses a wrong secret, and asks for Basic (RFC 6749 §5.2)', async () => {
    const wrong = `Basic ${Buffer.from('acme-backend:guess').toString('base64')}`
    const refused = await cast.form('/token', credentials, undefined, { authorization: wrong })
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
    expect(refused.headers.get('cache-control')).toBe('no-store')
    expect((await cast.audit({ action: 's2s.auth_failed' })).at(-1)).toMatchObject({
      outcome: 'denied',
    })
  })

  it('refuses a secret in the body, and a confidential client without one', async () => {
    const inBody = { ...credentials, client_id: 'acme-backend' }
    for (const secret of [{ client_secret: 'acme-backend-secret' }, {}]) {
      const refused = await cast.form('/token', { ...inBody, ...secret })
      expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    }
  })

  it.each(['password', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code', '__proto__'])(
    'knows no grant type %s',
    async (type) => {
      const { status, body } = await cast.form('/token', { grant_type: type }, 'acme-backend')
      expect({ status, error: body.error }).toEqual({
        status: 400,
        error: 'unsupported_grant_type',
      })
    },
  )

  it('lets a public app have no token of its own', async () => {
    const fields = { ...credentials, client_id: 'acme-portal' }
    expect(await cast.form('/token', fields)).toMatchObject({
      status: 400,
      body: { error_description: 'requested grant type is not allowed for this client' },
    })
  })

  it('answers nothing to GET', async () => {
    expect((await cast.request('GET', '/token?grant_type=client_credentials')).status).toBe(404)
  })
})

describe('A disabled app', () => {
  it('is unknown: at /auth, at /token, and its tokens are worth nothing', async () => {
    const request = authorization('acme-portal')
    const { body } = await redeem(cast, request, await freshCodeFor(request))
    const { apps } = booted.parts.storage
    await apps.setEnabled('acme-portal', false)
    const seen = await jane.open(authorization('acme-portal').address)
    expect(seen.status).toBe(400)
    expect(wordsOf(seen)).toContain('This app is not known here, or it is switched off.')
    const refresh = await cast.refresh(body.refresh_token)
    expect(refresh).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect((await cast.userinfo(body.access_token)).status).toBe(401)
    await apps.setEnabled('acme-portal', true)
    expect((await callback()).searchParams.has('code')).toBe(true)
  })
})
