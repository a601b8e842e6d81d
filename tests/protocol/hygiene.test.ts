import type { IncomingHttpHeaders } from 'node:http'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { authorization, passPages, PASSWORD, Visitor, wordsOf } from '../support/visitor.ts'

let booted: Booted
let cast: Cast

beforeAll(async () => {
  booted = await boot()
  cast = castOf(booted)
})
afterAll(() => booted.close())

interface RawAnswer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** `fetch` does not let a caller choose the Host header. */
function raw(
  path: string,
  headers: Record<string, string>,
  at: Booted = booted,
): Promise<RawAnswer> {
  const { port } = new URL(at.issuer)
  return new Promise((resolve, reject) => {
    // A connection of its own: the server may just be closing one that was kept.
    const to = { host: '127.0.0.1', port, path, headers, agent: false }
    const sent = httpRequest(to, (answer) => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        body += chunk
      })
      answer.on('end', () => {
        resolve({ status: answer.statusCode, headers: answer.headers, body })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

const DISCOVERY = '/.well-known/openid-configuration'

/** Every address in the discovery document. */
async function discovered(headers: Record<string, string>, at: Booted = booted): Promise<string[]> {
  const { status, body } = await raw(DISCOVERY, headers, at)
  expect(status).toBe(200)
  const document = JSON.parse(body) as Record<string, unknown>
  return Object.values(document).filter(
    (value): value is string => typeof value === 'string' && /^https?:/.test(value),
  )
}

/** Every kind of HTML page there is, with where it was seen. */
async function everyPage(): Promise<Map<string, Response>> {
  const anonymous = new Visitor(booted.issuer)
  const visitor = new Visitor(booted.issuer)
  const at = (path: string): string => booted.issuer + path
  const login = await anonymous.open(authorization().address)
  const code = await anonymous.submit(login, { email: 'root@acme.test', password: PASSWORD })
  const billing = await visitor.open(authorization('acme-billing').address)
  const consent = await visitor.submit(billing, { email: 'omar@customer.test', password: PASSWORD })
  const csrf = new URLSearchParams({ csrf: 'wrong' })
  return new Map([
    ['code', await anonymous.send(code.url)],
    ['consent', await visitor.send(consent.url)],
    [
      'login',
      await visitor.send(
        (await visitor.open(authorization('admin-panel', { prompt: 'login' }).address)).url,
      ),
    ],
    ['logout', await visitor.send(at('/session/end'))],
    ['signed out', await visitor.send(at('/session/end/success'))],
    ['self-submitting form', await new Visitor(booted.issuer).send(at('/session/end'))],
    ['unknown app', await visitor.send(at('/auth?client_id=unknown'))],
    ['foreign form', await anonymous.send(`${login.url}/login`, csrf)],
    ['unknown route', await visitor.send(at('/nowhere'))],
    ['unknown interaction', await visitor.send(at('/interaction/nothing'))],
    ['wrong method', await visitor.send(at('/jwks'), csrf)],
    ['home', await visitor.send(at('/'))],
    ['malformed address', await visitor.send(at('/%E0%A4%A'))],
    ['token endpoint as a page', await visitor.send(at('/token'), csrf)],
  ])
}

describe('Security headers (OWASP Secure Headers)', () => {
  it('are on every page, errors included', async () => {
    const pages = await everyPage()
    const wrong = [...pages].filter(([, { headers }]) => {
      const policy = headers.get('content-security-policy') ?? ''
      return !(
        headers.get('content-type') === 'text/html; charset=utf-8' &&
        policy.startsWith("default-src 'none';") &&
        policy.includes("base-uri 'none'") &&
        policy.includes("frame-ancestors 'none'") &&
        !/unsafe-|\*/.test(policy) &&
        headers.get('x-frame-options') === 'DENY' &&
        headers.get('x-content-type-options') === 'nosniff' &&
        headers.get('referrer-policy') === 'no-referrer' &&
        headers.get('cache-control')?.includes('no-store') &&
        headers.get('x-request-id')?.startsWith('req_')
      )
    })
    expect(wrong.map(([name]) => name)).toEqual([])
    const chatty = ['x-powered-by', 'server', 'etag']
    for (const { headers } of pages.values()) {
      expect(chatty.filter((name) => headers.has(name))).toEqual([])
    }
  })

  it('leave out Strict-Transport-Security over http, where it would break other local servers', async () => {
    const { headers } = await cast.request('GET', '/healthz')
    expect(headers.get('strict-transport-security')).toBeNull()
  })
})

describe('The Host header (RFC 9110 §7.2)', () => {
  const port = (): string => new URL(booted.issuer).port

  it.each(['evil.com', 'evil.com:4000', 'localhost.evil.com', 'localhost', 'localhost:1', '@'])(
    'of another name is answered 421: %j',
    async (host) => {
      const { status, body } = await raw(DISCOVERY, { host })
      expect([400, 421]).toContain(status)
      expect(body).not.toContain('evil')
    },
  )

  it('is 421 with a name that could be ours by half', async () => {
    for (const host of [`evil.com:${port()}`, `localhost:${port()}@evil.com`]) {
      expect((await raw(DISCOVERY, { host })).status).toBe(421)
    }
  })

  it('chooses no address: discovery shows the configured issuer', async () => {
    for (const host of ['localhost', '127.0.0.1', 'LOCALHOST']) {
      const addresses = await discovered({
        host: `${host}:${port()}`,
        'x-forwarded-host': 'evil.com',
        'x-forwarded-proto': 'https',
        forwarded: 'host=evil.com;proto=https',
      })
      expect(addresses.length).toBeGreaterThan(5)
      for (const address of addresses) expect(address.startsWith(booted.issuer)).toBe(true)
    }
  })
})

describe('Discovery (OpenID Connect Discovery 1.0 §3)', () => {
  it('lists what there is', async () => {
    const { status, body } = await cast.request('GET', DISCOVERY)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      issuer: booted.issuer,
      acr_values_supported: ['urn:understudy:acr:mfa'],
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      authorization_endpoint: `${booted.issuer}/auth`,
      token_endpoint: `${booted.issuer}/token`,
      userinfo_endpoint: `${booted.issuer}/me`,
      jwks_uri: `${booted.issuer}/jwks`,
      introspection_endpoint: `${booted.issuer}/token/introspection`,
      revocation_endpoint: `${booted.issuer}/token/revocation`,
      end_session_endpoint: `${booted.issuer}/session/end`,
      authorization_response_iss_parameter_supported: true,
    })
    for (const claim of ['sub', 'act', 'impersonation_id', 'acr', 'amr', 'auth_time']) {
      expect(body.claims_supported).toContain(claim)
    }
    expect(body.id_token_signing_alg_values_supported).not.toContain('none')
  })

  it('publishes public keys only', async () => {
    const { body } = await cast.request('GET', '/jwks')
    const keys = body.keys as Record<string, unknown>[]
    expect(keys.map(({ alg }) => alg)).toEqual(['ES256', 'RS256'])
    for (const key of keys) {
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'])
        expect(key).not.toHaveProperty(secret)
    }
  })
})

describe('X-Forwarded-For', () => {
  const ipOf = async (at: Booted, header: string): Promise<string | null | undefined> => {
    const visitor = new Visitor(at.issuer)
    const page = await visitor.open(authorization('acme-portal').address)
    const wrong = { email: 'jane@customer.test', password: 'guess' }
    await visitor.submit(page, wrong, { 'x-forwarded-for': header })
    return (await castOf(at).audit({ action: 'login.failed' })).at(-1)?.ip
  }

  it('is ignored by default', async () => {
    expect(await ipOf(booted, '203.0.113.7')).toMatch(/^(?:::ffff:)?127\.0\.0\.1$|^::1$/)
  })

  it('is believed as far as TRUSTED_PROXIES go, and not what stands before', async () => {
    const behind = await boot({ env: { TRUSTED_PROXIES: '1' } })
    expect(await ipOf(behind, '203.0.113.7')).toBe('203.0.113.7')
    expect(await ipOf(behind, '198.51.100.1, 203.0.113.8')).toBe('203.0.113.8')
    const forged = { 'x-forwarded-host': 'evil.com', 'x-forwarded-proto': 'https' }
    const { host } = new URL(behind.issuer)
    for (const address of await discovered({ host, ...forged }, behind)) {
      expect(address.startsWith(behind.issuer)).toBe(true)
    }
    await behind.close()
  })
})

describe('An https issuer', () => {
  const host = 'id.understudy.test'
  let behind: Booted

  beforeAll(async () => {
    behind = await boot({ env: { ISSUER: `https://${host}`, TRUSTED_PROXIES: '1' } })
  })
  afterAll(() => behind.close())

  it('is https in every address, whatever stands between it and the browser', async () => {
    for (const proto of [undefined, 'https', 'x']) {
      const headers = { host, ...(proto !== undefined && { 'x-forwarded-proto': proto }) }
      for (const address of await discovered(headers, behind)) {
        expect(address).toMatch(/^https:\/\/id\.understudy\.test\b/)
      }
    }
  })

  it('sets Secure cookies whose names only https may set, and wants https from then on', async () => {
    const { status, headers } = await raw(authorization().address, { host }, behind)
    expect(status).toBe(303)
    const cookies = headers['set-cookie'] ?? []
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) expect(cookie).toMatch(/^__(?:Host|Secure)-.*; secure; httponly/)
    expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
  })

  it('does not serve what reached its proxy in clear text', async () => {
    const headers = { host, 'x-forwarded-proto': 'http' }
    expect((await raw('/healthz', headers, behind)).status).toBe(421)
  })
})

describe('Error pages', () => {
  it('repeat nothing of the request', async () => {
    const visitor = new Visitor(booted.issuer)
    const hostile = '"><script>alert(1)</script>'
    const addresses = [
      authorization('admin-panel', { client_id: hostile }).address,
      authorization('admin-panel', { redirect_uri: `https://x.test/${hostile}` }).address,
      authorization('admin-panel', { scope: hostile, redirect_uri: null }).address,
      `/interaction/${encodeURIComponent(hostile)}`,
      `/session/end?id_token_hint=${encodeURIComponent(hostile)}`,
      `/session/end/success?client_id=${encodeURIComponent(hostile)}`,
      `/${encodeURIComponent(hostile)}`,
    ]
    for (const address of addresses) {
      const { status, text } = await visitor.open(address)
      expect({ address, refused: status >= 400 && status < 500 }).toEqual({
        address,
        refused: true,
      })
      expect(text).not.toMatch(/<script|alert/)
    }
  })

  it('give a request id, which is ours whatever the caller sends', async () => {
    const visitor = new Visitor(booted.issuer)
    const seen = await visitor.open('/nowhere', { 'x-request-id': 'chosen' })
    expect(wordsOf(seen)).toContain(seen.headers.get('x-request-id'))
    expect(seen.text).not.toContain('chosen')
  })
})

describe('Unknown routes', () => {
  it('are 404, as JSON for programs and as a page for people', async () => {
    const program = await cast.request('GET', '/nowhere')
    expect(program).toMatchObject({ status: 404, body: { error: 'not_found', code: 'NOT_FOUND' } })
    expect(program.body.request_id).toBe(program.headers.get('x-request-id'))
    const person = await cast.request('GET', '/nowhere', { headers: { accept: 'text/html' } })
    expect(person.status).toBe(404)
    expect(person.body).toContain('<h1')
  })

  it.each(['/healthz/', '//auth', '/interaction', '/reg', '/request'])(
    'include what only looks like a route: %s',
    async (path) => {
      expect((await raw(path, { host: new URL(booted.issuer).host })).status).toBe(404)
    },
  )
})

describe('/healthz', () => {
  it('answers while the database does', async () => {
    const { status, body, headers } = await cast.request('GET', '/healthz')
    expect({ status, body }).toEqual({ status: 200, body: { status: 'ok' } })
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('The log', () => {
  it('has a line for each request, without query, password, code or token', async () => {
    const visitor = new Visitor(booted.issuer)
    const first = await visitor.open(authorization().address)
    const { url } = await passPages(booted, visitor, first, 'root@acme.test')
    const log = booted.log()
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.some(({ path, status }) => path === '/auth' && status === 303)).toBe(true)
    const code = new URL(url).searchParams.get('code') ?? ''
    for (const secret of [code, PASSWORD, 'code_challenge', visitor.jar.header()]) {
      expect(log).not.toContain(secret)
    }
  })
})
