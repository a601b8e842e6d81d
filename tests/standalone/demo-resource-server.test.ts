import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWK } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ResourceServer } from '../../demo/server/resource/resource-server.ts'
import { createResourceServer } from '../../demo/server/resource/resource-server.ts'
import { freePort } from '../support/free-port.ts'

const RESOURCE = 'http://localhost:4004'
const PORTAL = 'http://localhost:4002'
const BILLING = 'http://localhost:4003'
const ACT = { act: { sub: 'usr_root' }, impersonation_id: 'imp_1' }

type Answer = readonly [status: number, body: unknown]

/** What the issuer says, by method and path; and what it was asked, with which credentials. */
let answers: Record<string, (form: URLSearchParams) => Answer>
let asked: string[]
let now = 1_800_000_000_000
let issuer: Server
let issuerUrl: string
let server: Server | undefined
let acme: ResourceServer | undefined
let origin: string
let keys: Awaited<ReturnType<typeof generateKeyPair>>
let jwk: JWK

async function listen(handle: Parameters<typeof createServer>[1], port = 0): Promise<Server> {
  const made = createServer(handle).listen(port, '127.0.0.1')
  await once(made, 'listening')
  return made
}

const urlOf = (of: Server): string => `http://127.0.0.1:${(of.address() as AddressInfo).port}`

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

beforeAll(async () => {
  keys = await generateKeyPair('ES256')
  jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  // Not one that the system gives: somebody else might be given it while the issuer is gone.
  issuer = await listen(
    (request, response) => {
      void answerAsIssuer(request, response)
    },
    await freePort(),
  )
  issuerUrl = urlOf(issuer)
  await start()
})

async function answerAsIssuer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await read(request)
  const what = `${request.method} ${request.url}`
  // The feed of this issuer is always away, so that every end has to be asked for.
  if (!/\/(?:ended|events)$/.test(what))
    asked.push(`${what} ${request.headers.authorization ?? '-'}`)
  const [status, body] = answers[what]?.(new URLSearchParams(text)) ?? [404, {}]
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function start(): Promise<void> {
  const urls = {
    issuer: issuerUrl,
    panel: '',
    portal: PORTAL,
    billing: BILLING,
    resource: RESOURCE,
  }
  const options = { urls, clientId: 'acme-backend', clientSecret: 'acme-backend-secret' }
  await acme?.close()
  server?.close()
  acme = createResourceServer({ ...options, clock: () => now })
  const handle = acme.app.callback()
  server = await listen((request, response) => void handle(request, response))
  origin = urlOf(server)
}

afterAll(async () => {
  await acme?.close()
  issuer.close()
  server?.close()
})

const BASIC = `Basic ${btoa('acme-backend:acme-backend-secret')}`

beforeEach(() => {
  now += 60_000
  asked = []
  answers = {
    'GET /jwks': () => [200, { keys: [jwk] }],
    'POST /token/introspection': (form) => [
      200,
      opaque[form.get('token') ?? ''] ?? { active: false },
    ],
    'POST /token': () => [200, { access_token: 'service', expires_in: 600 }],
    'GET /api/v1/impersonations/imp_1': () => [200, { id: 'imp_1', status: 'active' }],
    'GET /api/v1/impersonation': () => [401, { code: 'S2S_TOKEN_INVALID' }],
  }
})

const jane = {
  active: true,
  token_type: 'Bearer',
  sub: 'usr_jane',
  client_id: 'acme-portal',
  scope: 'openid orders:read orders:write',
  exp: 2_000_000_000,
}
const opaque: Record<string, object> = {
  jane,
  reading: { ...jane, scope: 'openid orders:read' },
  readOnly: { ...jane, ...ACT, impersonation_mode: 'read_only', scope: 'openid orders:read' },
  full: { ...jane, ...ACT, impersonation_mode: 'full' },
  refresh: { ...jane, token_type: undefined },
  elsewhere: { ...jane, aud: 'https://api.example' },
  service: { ...jane, sub: undefined },
  half: { ...jane, act: ACT.act },
}

const jwt = (claims: object = {}, typ = 'at+jwt', audience = RESOURCE): Promise<string> =>
  new SignJWT({ client_id: 'acme-portal', scope: 'orders:read orders:write', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ })
    .setIssuer(issuerUrl)
    .setAudience(audience)
    .setSubject('usr_jane')
    .setIssuedAt(now / 1000)
    .setExpirationTime(now / 1000 + 300)
    .sign(keys.privateKey)

interface Called {
  readonly status: number
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- bodies are compared, not used
  readonly body: any
}

async function call(path: string, token: string | null, init: RequestInit = {}): Promise<Called> {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
  const headers = { ...authorization, ...(init.headers as Record<string, string>) }
  const response = await fetch(`${origin}${path}`, { ...init, headers })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : JSON.parse(text),
  }
}

const order = (body: unknown = { item: 'Mounting plate', quantity: 2 }): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

function expectRefusal(called: Called, status: number, error: string, code: string): void {
  const { body, headers } = called
  expect([called.status, body.error, body.code]).toEqual([status, error, code])
  expect(Object.keys(body)).toEqual(['error', 'error_description', 'code', 'request_id'])
  expect(headers.get('x-request-id')).toBe(body.request_id)
  expect(headers.get('cache-control')).toBe('no-store')
}

describe('The demo resource server', () => {
  test('shows a customer the same few orders, newest first, and takes new ones', async () => {
    const before = await call('/orders', 'jane')
    expect(before.status).toBe(200)
    expect(before.body).toMatchObject({ sub: 'usr_jane', act: null, next_cursor: null })
    expect(before.body.items.length).toBeGreaterThan(2)
    const added = await call('/orders', 'jane', order())
    expect(added).toMatchObject({
      status: 201,
      body: { item: 'Mounting plate', quantity: 2, amount: 10_900, placed_by: { act: null } },
    })
    const after = await call('/orders', 'jane')
    expect(after.body.items).toEqual([added.body, ...before.body.items])
  })

  test('takes a JWT access token for itself, with the same orders, and asks no one about it', async () => {
    const { body } = await call('/orders', await jwt())
    expect(body).toEqual((await call('/orders', 'jane')).body)
    expect(asked.filter((line) => line.includes('/api/'))).toEqual([])
  })

  test('says who is really acting, with both kinds of token', async () => {
    const impersonated = { ...ACT, impersonation_mode: 'read_only' }
    for (const token of ['readOnly', await jwt(impersonated)]) {
      const { status, body } = await call('/profile', token)
      expect(status).toBe(200)
      expect(body).toMatchObject({ sub: 'usr_jane', client_id: 'acme-portal', ...impersonated })
    }
    const added = await call('/orders', 'full', order())
    expect(added.body.placed_by).toEqual({ sub: 'usr_jane', act: { sub: 'usr_root' } })
  })

  test('refuses every unsafe method in read-only mode, whatever the scope says', async () => {
    for (const token of ['readOnly', await jwt({ ...ACT, impersonation_mode: 'read_only' })]) {
      const refused = await call('/orders', token, order())
      expectRefusal(refused, 403, 'access_denied', 'IMPERSONATION_READ_ONLY')
    }
    const unknownMode = await jwt({ ...ACT, impersonation_mode: 'soon' })
    const refused = await call('/orders', unknownMode, order())
    expectRefusal(refused, 403, 'access_denied', 'IMPERSONATION_READ_ONLY')
  })

  test('names the missing scope', async () => {
    const refused = await call('/orders', 'reading', order())
    expectRefusal(refused, 403, 'insufficient_scope', 'S2S_SCOPE')
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm="acme-orders", error="insufficient_scope", error_description="The access token lacks the scope this needs.", scope="orders:write"',
    )
  })

  test('challenges without an error code when nobody tried to authenticate', async () => {
    const refusals = [
      await call('/orders', null),
      await call('/orders', null, { headers: { authorization: BASIC } }),
    ]
    for (const refused of refusals) {
      expectRefusal(refused, 401, 'unauthorized', 'UNAUTHENTICATED')
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="acme-orders"')
    }
  })

  test('refuses what is no live access token for it', async () => {
    const stranger = await generateKeyPair('ES256')
    const forged = await new SignJWT({ sub: 'usr_jane' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt' })
      .setIssuer(issuerUrl)
      .setAudience(RESOURCE)
      .setExpirationTime(now / 1000 + 300)
      .sign(stranger.privateKey)
    const jwts = [await jwt({}, 'JWT'), await jwt({}, 'at+jwt', 'acme-portal'), forged, 'a.b.c']
    const half = [await jwt({ act: ACT.act }), await jwt({ act: 'usr_root' }), 'half']
    for (const token of ['', 'guess', 'refresh', 'elsewhere', 'service', ...half, ...jwts]) {
      const refused = await call('/orders', token)
      expectRefusal(refused, 401, 'invalid_token', 'S2S_TOKEN_INVALID')
      expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"')
    }
  })

  test('tells an ended impersonation from an unknown token when the token is opaque', async () => {
    answers['GET /api/v1/impersonation'] = () => [401, { code: 'IMPERSONATION_ENDED' }]
    expectRefusal(await call('/orders', 'late'), 401, 'invalid_token', 'IMPERSONATION_ENDED')
    expect(asked).toEqual([
      `POST /token/introspection ${BASIC}`,
      'GET /api/v1/impersonation Bearer late',
    ])
  })

  test('sees the end of an impersonation with a JWT at the next request', async () => {
    const token = await jwt({ ...ACT, impersonation_mode: 'full' })
    expect((await call('/orders', token)).status).toBe(200)
    answers['GET /api/v1/impersonations/imp_1'] = () => [200, { id: 'imp_1', status: 'ended' }]
    expectRefusal(await call('/orders', token), 401, 'invalid_token', 'IMPERSONATION_ENDED')
    const questions = asked.filter((line) => line.includes('imp_1'))
    expect(questions).toEqual(Array(2).fill('GET /api/v1/impersonations/imp_1 Bearer service'))
  })

  test('gets a new token of its own when the issuer does not know the old one any more', async () => {
    // One that has not heard of an end: that is for good.
    await start()
    let calls = 0
    answers['GET /api/v1/impersonations/imp_1'] = () =>
      ++calls === 1 ? [401, {}] : [200, { id: 'imp_1', status: 'active' }]
    expect((await call('/profile', await jwt({ ...ACT }))).status).toBe(200)
  })

  test('answers 503, never 500, when the issuer fails or is gone', async () => {
    const impersonated = await jwt({ ...ACT, impersonation_mode: 'full' })
    answers = { 'GET /jwks': () => [500, {}], 'POST /token/introspection': () => [500, {}] }
    await start()
    const failing = [await call('/orders', 'jane'), await call('/orders', await jwt())]
    answers['GET /jwks'] = () => [200, { keys: [jwk] }]
    failing.push(await call('/orders', impersonated))
    issuer.close()
    issuer.closeAllConnections()
    await start()
    failing.push(await call('/orders', 'jane'), await call('/orders', await jwt()))
    for (const refused of failing) {
      expectRefusal(refused, 503, 'temporarily_unavailable', 'UNAVAILABLE')
      expect(refused.headers.get('retry-after')).toBe('1')
    }
    issuer.listen(Number(new URL(issuerUrl).port), '127.0.0.1')
    await once(issuer, 'listening')
    answers['POST /token/introspection'] = () => [200, jane]
    expect((await call('/orders', 'jane')).status).toBe(200)
  })

  test('judges the request itself: path, method, media type, size, members', async () => {
    expectRefusal(await call('/constructor', 'jane'), 404, 'not_found', 'NOT_FOUND')
    const wrong = await call('/orders', 'jane', { method: 'DELETE' })
    expectRefusal(wrong, 405, 'invalid_request', 'METHOD_NOT_ALLOWED')
    expect(wrong.headers.get('allow')).toBe('HEAD, GET, POST, OPTIONS')
    const text = await call('/orders', 'jane', { method: 'POST', body: '{}' })
    expectRefusal(text, 415, 'invalid_request', 'MEDIA_TYPE')
    const long = await call('/orders', 'jane', order({ item: 'x'.repeat(5000) }))
    expectRefusal(long, 413, 'invalid_request', 'BODY_TOO_LARGE')
    for (const body of [
      null,
      'x',
      {},
      { item: ' ' },
      { item: 'x', quantity: 0 },
      { item: 'x', price: 1 },
    ]) {
      expectRefusal(
        await call('/orders', 'jane', order(body)),
        400,
        'invalid_request',
        'BODY_INVALID',
      )
    }
  })

  test('closes the password to whoever acts for somebody else, and to nobody else', async () => {
    await start()
    const password = order({ password: 'a much longer one' })
    for (const token of ['full', await jwt({ ...ACT, impersonation_mode: 'read_only' })]) {
      const refused = await call('/password', token, password)
      expectRefusal(refused, 403, 'access_denied', 'IMPERSONATION_FORBIDDEN')
    }
    expect(await call('/password', 'jane', password)).toMatchObject({ status: 204, body: null })
  })

  test('cancels an order while it can, and voids its invoice with it', async () => {
    const { body } = await call('/orders', 'jane', order())
    const path = `/orders/${body.id}`
    const post = { method: 'POST' }
    expect((await call(`${path}/cancel`, 'readOnly', post)).body.code).toBe(
      'IMPERSONATION_READ_ONLY',
    )
    const cancelled = { status: 200, body: { ...body, status: 'cancelled' } }
    expect(await call(`${path}/cancel`, 'full', post)).toMatchObject(cancelled)
    expect(await call(path, 'jane')).toMatchObject(cancelled)
    expectRefusal(await call(`${path}/cancel`, 'jane', post), 409, 'conflict', 'CONFLICT')
    expectRefusal(await call('/orders/ord_0', 'jane'), 404, 'not_found', 'NOT_FOUND')
    const invoices = await call('/invoices', 'jane')
    expect(invoices.body.items[0]).toMatchObject({ order_id: body.id, status: 'void' })
  })

  test('takes the payment of an invoice once, and keeps what a profile says', async () => {
    const { body } = await call('/orders', 'jane', order())
    const pay = `/invoices/${String(body.id).replace('ord_', 'inv_')}/pay`
    const post = { method: 'POST' }
    expect(await call(pay, 'jane', post)).toMatchObject({ status: 200, body: { status: 'paid' } })
    expectRefusal(await call(pay, 'jane', post), 409, 'conflict', 'CONFLICT')
    const change = { ...order({ city: 'Hamburg' }), method: 'PATCH' }
    expect((await call('/profile', 'jane', change)).body).toMatchObject({ city: 'Hamburg' })
    expect((await call('/profile', 'jane')).body).toMatchObject({ act: null, city: 'Hamburg' })
    const wrong = { ...order({ sub: 'usr_root' }), method: 'PATCH' }
    expectRefusal(await call('/profile', 'jane', wrong), 400, 'invalid_request', 'BODY_INVALID')
  })

  test('lets browsers in from the portal and from billing only', async () => {
    const preflight = { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }
    for (const [from, allowed] of [
      [PORTAL, PORTAL],
      [BILLING, BILLING],
      ['http://evil.test', null],
    ]) {
      const headers = { ...preflight.headers, origin: from as string }
      const asking = await call('/orders', null, { ...preflight, headers })
      const answer = await call('/orders', null, { headers: { origin: from as string } })
      expect(asking.status).toBe(204)
      expect(asking.headers.get('access-control-allow-origin')).toBe(allowed)
      expect(answer.headers.get('access-control-allow-origin')).toBe(allowed)
      expect(answer.headers.get('vary')).toBe('Origin')
    }
  })
})
