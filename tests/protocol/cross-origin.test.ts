import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { authorization, passPages, redeem, Visitor } from '../support/visitor.ts'

const PORTAL = 'http://localhost:4002'
const BILLING = 'http://localhost:4003'
const ALLOW = 'access-control-allow-origin'

let booted: Booted
let cast: Cast
let accessToken: string

beforeAll(async () => {
  booted = await boot()
  cast = castOf(booted)
  const visitor = new Visitor(booted.issuer)
  const request = authorization('acme-portal')
  const first = await visitor.open(request.address)
  const { url } = await passPages(booted, visitor, first, 'jane@customer.test')
  accessToken = (await redeem(cast, request, url)).body.access_token
})
afterAll(() => booted.close())

const token = (origin: string, fields: Record<string, string> = {}): Promise<JsonAnswer> => {
  const form = { grant_type: 'refresh_token', client_id: 'acme-portal', refresh_token: 'unknown' }
  return cast.form('/token', { ...form, ...fields }, undefined, { origin })
}

const me = (origin: string): Promise<JsonAnswer> =>
  cast.request('GET', '/me', { token: accessToken, headers: { origin } })

describe('Cross-origin requests (Fetch standard, CORS protocol)', () => {
  it('let the app’s own origin read the token endpoint, refusals included', async () => {
    const answer = await token(PORTAL)
    expect(answer.body.error).toBe('invalid_grant')
    expect(answer.headers.get(ALLOW)).toBe(PORTAL)
    expect(answer.headers.get('vary')).toMatch(/origin/i)
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
  })

  it.each([
    BILLING,
    'http://localhost:4001',
    'http://localhost:40020',
    'https://localhost:4002',
    'https://evil.test',
    'null',
  ])('refuse %s at the token endpoint', async (origin) => {
    const answer = await token(origin)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(answer.headers.get(ALLOW)).toBeNull()
  })

  it('refuse every origin for a confidential client: its secret is in no browser', async () => {
    const fields = { grant_type: 'client_credentials' }
    const answer = await cast.form('/token', fields, 'acme-backend', { origin: PORTAL })
    expect(answer.headers.get(ALLOW)).toBeNull()
    expect(answer.body.access_token).toBeUndefined()
  })

  it('let the app’s own origin read userinfo, and no other', async () => {
    const own = await me(PORTAL)
    expect(own).toMatchObject({ status: 200, body: { sub: 'usr_jane' } })
    expect(own.headers.get(ALLOW)).toBe(PORTAL)
    for (const origin of [BILLING, 'null', 'https://evil.test']) {
      const foreign = await me(origin)
      expect(foreign.headers.get(ALLOW)).toBeNull()
      expect(foreign.body.sub).toBeUndefined()
    }
  })

  it('answer a preflight without telling who is known', async () => {
    const headers = { origin: PORTAL, 'access-control-request-method': 'POST' }
    const { status, headers: answered } = await cast.request('OPTIONS', '/token', { headers })
    expect(status).toBe(204)
    expect(answered.get('access-control-allow-methods')).toBe('POST')
  })

  it('let everybody read discovery and keys', async () => {
    for (const path of ['/.well-known/openid-configuration', '/jwks']) {
      const { headers } = await cast.request('GET', path, { headers: { origin: 'https://x.test' } })
      expect(headers.get(ALLOW)).toBe('https://x.test')
      expect(headers.get('access-control-allow-credentials')).toBeNull()
    }
  })

  it('let nobody read pages or the S2S API', async () => {
    const visitor = new Visitor(booted.issuer)
    const headers = { origin: PORTAL }
    const login = await visitor.open(authorization('acme-portal').address)
    const answers = [
      await visitor.send(booted.issuer + authorization('acme-portal').address, undefined, headers),
      await visitor.send(login.url, undefined, headers),
      await visitor.send(`${booted.issuer}/session/end`, undefined, headers),
      await visitor.send(`${booted.issuer}/healthz`, undefined, headers),
      await cast.request('GET', '/api/v1/users', { token: await cast.serviceToken(), headers }),
      await cast.request('OPTIONS', '/api/v1/users', { headers }),
    ]
    for (const answer of answers) expect(answer.headers.get(ALLOW)).toBeNull()
  })
})
