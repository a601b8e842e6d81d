import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  addService,
  basic,
  comparable,
  errorBody,
  expectError,
  onStage,
  sqlBeside,
} from '../support/attack.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { JsonAnswer } from '../support/cast.ts'
import type { RawAnswer } from '../support/raw-request.ts'
import { rawRequest } from '../support/raw-request.ts'
import { advance, stopClock } from '../support/turned-clock.ts'

const START = '/api/v1/users/usr_jane/impersonation/acme-portal'
const failed = (code: string, service: string | null = null): object =>
  expect.objectContaining({ action: 's2s.auth_failed', outcome: 'denied', code, service })

describe.each(['sqlite', 'postgres'] as const)('attacks on the service, on %s', (database) => {
  const stage = onStage(database)
  const ask = (headers: Record<string, string>, path = START): Promise<JsonAnswer> =>
    stage.cast.request('POST', path, { headers, json: { impersonatorToken: stage.root } })

  it('A01 without Authorization a start is answered 401, and nobody is looked up', async () => {
    const { accounts, apps } = stage.booted.parts.storage
    const lookUps = [vi.spyOn(accounts, 'find'), vi.spyOn(apps, 'find')] as const
    let answer: JsonAnswer | undefined
    const events = await stage.trail(async () => {
      answer = await ask({})
    })
    for (const lookUp of lookUps) {
      expect(lookUp).not.toHaveBeenCalled()
      lookUp.mockRestore()
    }
    expectError(answer as JsonAnswer, 401, 'UNAUTHENTICATED')
    expect(answer?.headers.get('www-authenticate')).toBe('Bearer realm="understudy"')
    expect(events).toEqual([failed('UNAUTHENTICATED')])
  })

  it.each([
    ['Bearer', 'S2S_TOKEN_INVALID'],
    ['Bearer  ', 'S2S_TOKEN_INVALID'],
    [basic('acme-backend'), 'UNAUTHENTICATED'],
    ['Token {S}', 'UNAUTHENTICATED'],
    ['Bearers {S}', 'UNAUTHENTICATED'],
    ['Bearer{S}', 'UNAUTHENTICATED'],
  ] as const)('A02 the scheme is Bearer, in any case: not %s', async (header, code) => {
    const authorization = header.replace('{S}', stage.service)
    expectError(await ask({ authorization }), 401, code)
    expect((await ask({ authorization: `bEARER ${stage.service}` })).status).toBe(200)
  })

  it('A03 of two Authorization headers only the first counts', async () => {
    const send = (...tokens: readonly string[]): Promise<{ status: number }> =>
      rawRequest(
        stage.booted,
        [
          `POST ${START} HTTP/1.1`,
          `Host: ${new URL(stage.booted.issuer).host}`,
          ...tokens.map((token) => `Authorization: Bearer ${token}`),
          'Content-Type: application/json',
        ],
        JSON.stringify({ impersonatorToken: stage.root }),
      )
    expect((await send('bad', stage.service)).status).toBe(401)
    expect((await send(stage.service, 'bad')).status).toBe(200)
  })

  it('A04 a token in the query is not looked at, and not logged', async () => {
    expectError(await ask({}, `${START}?access_token=${stage.service}`), 401, 'UNAUTHENTICATED')
    expect(stage.booted.log()).toContain(START)
    expect(stage.booted.log()).not.toContain('access_token')
  })

  it('A05 a token in the body is not looked at (a form is refused before that: 415)', async () => {
    const json = { access_token: stage.service, impersonatorToken: stage.root }
    expectError(await stage.cast.request('POST', START, { json }), 401, 'UNAUTHENTICATED')
    const form = await stage.cast.form(START, { ...json })
    expectError(form, 415, 'MEDIA_TYPE')
  })

  it('is told of nobody as good once its client is switched off', async () => {
    const { apps } = stage.booted.parts.storage
    const token = await stage.cast.serviceToken('acme-readonly', 'read_app')
    expect((await stage.cast.introspect(token)).body.active).toBe(true)
    await apps.setEnabled('acme-readonly', false)
    expect((await stage.cast.introspect(token)).body).toEqual({ active: false })
    await apps.setEnabled('acme-readonly', true)
    expect((await stage.cast.introspect(token)).body.active).toBe(true)
  })

  it('A06 every token that is none gets the same answer', async () => {
    const { service } = stage
    const flip = (at: number): string =>
      service.slice(0, at) + (service[at] === 'A' ? 'B' : 'A') + service.slice(at + 1)
    const wrong = ['x'.repeat(43), flip(0), flip(20), flip(42), `${service}A`, `A${service}`]
    for (let cut = 1; cut < service.length; cut += 6) wrong.push(service.slice(0, -cut))
    const answers: JsonAnswer[] = []
    const events = await stage.trail(async () => {
      for (const token of wrong) answers.push(await ask({ authorization: `Bearer ${token}` }))
    })
    for (const answer of answers) {
      expectError(answer, 401, 'S2S_TOKEN_INVALID')
      expect(comparable(answer)).toEqual(comparable(answers[0] as JsonAnswer))
    }
    expect(events).toEqual(wrong.map(() => failed('S2S_TOKEN_INVALID')))
    expect(answers[0]?.headers.get('www-authenticate')).toBe(
      'Bearer realm="understudy", error="invalid_token", error_description="The access token is not valid."',
    )
  })

  it('A08 a token is good to the last second of its life and not one longer', async () => {
    stopClock()
    const cut = await stage.cast.serviceToken()
    const read = (): Promise<JsonAnswer> =>
      stage.cast.request('GET', '/api/v1/users/usr_jane', { token: cut })
    advance(599)
    expect((await read()).status).toBe(200)
    advance(1)
    expectError(await read(), 401, 'S2S_TOKEN_INVALID')
  })

  it.each([
    ['acme-readonly', 'read_user'],
    ['acme-readonly', 'root'],
    ['acme-backend', 'read_user'],
    ['look-alike', 'rootx'],
    ['look-alike', 'ROOT'],
    ['look-alike', 'root2 xroot'],
    ['look-alike', 'ro-root root-'],
    ['look-alike', 'x:root root:x'],
  ])('A10 only the whole word root starts: %s with %s', async (client, scope) => {
    const { booted, cast } = stage
    const registered = 'rootx ROOT root2 xroot ro-root root- x:root root:x'
    if (client === 'look-alike' && !(await booted.parts.storage.apps.find(client)))
      await addService(booted, client, registered)
    const { body } = await cast.form('/token', { grant_type: 'client_credentials', scope }, client)
    expect(body.scope).toBe(scope === 'root' ? undefined : scope)
    let answer: JsonAnswer | undefined
    const events = await stage.trail(async () => {
      answer = await ask({ authorization: `Bearer ${body.access_token}` })
    })
    expectError(answer as JsonAnswer, 403, 'S2S_SCOPE')
    expect(answer?.headers.get('www-authenticate')).toBe(
      'Bearer realm="understudy", error="insufficient_scope", scope="root"',
    )
    expect(events).toEqual([failed('S2S_SCOPE', client)])
  })

  it('A11 where services are listed, another one with root is refused', async () => {
    const other = await stage.cast.serviceToken('admin-panel')
    const answer = await stage.start({ service: other })
    expect(answer.status).toBe(200)
    await stage.booted.parts.impersonation.revoke(answer.body.impersonation_id, {
      requestId: null,
      ip: null,
      userAgent: null,
    })
    await stage.restart({ IMPERSONATION_SERVICES: 'acme-backend' })
    const events = await stage.trail(async () => {
      expectError(await stage.start({ service: other }), 403, 'S2S_SCOPE')
    })
    expect(events).toEqual([failed('S2S_SCOPE', 'admin-panel')])
    expect((await stage.start()).status).toBe(200)
  })

  it('A12 a revoked token is dead at the next call', async () => {
    const token = await stage.cast.serviceToken()
    const revoked = await stage.cast.form('/token/revocation', { token }, 'acme-backend')
    expect(revoked.status).toBe(200)
    expectError(await stage.start({ service: token }), 401, 'S2S_TOKEN_INVALID')
  })

  it('A13 a token dies with its service; a new secret leaves it its ten minutes', async () => {
    const { booted, cast } = stage
    await addService(booted, 'short-lived', 'root')
    const token = await cast.serviceToken('short-lived')
    await sqlBeside(booted, "update app set secret_hash = 'x' where client_id = 'short-lived'")
    const later = await stage.start({ service: token, user: 'nobody' })
    expectError(later, 404, 'NOT_FOUND')
    await booted.parts.storage.apps.setEnabled('short-lived', false)
    expectError(await stage.start({ service: token }), 401, 'S2S_TOKEN_INVALID')
    await booted.parts.storage.apps.setEnabled('short-lived', true)
    await sqlBeside(booted, "delete from app where client_id = 'short-lived'")
    expectError(await stage.start({ service: token }), 401, 'S2S_TOKEN_INVALID')
  })

  it('A14 no app is registered for private_key_jwt: every client assertion is refused', async () => {
    const { issuer } = stage.booted
    const { privateKey } = await generateKeyPair('ES256')
    const stored = (await stage.booted.parts.storage.apps.find('acme-backend'))?.secretHash
    const claims = (more: object = {}): Record<string, unknown> => {
      const now = Math.floor(Date.now() / 1000)
      const names = { iss: 'acme-backend', sub: 'acme-backend', aud: issuer }
      return { ...names, jti: 'one', iat: now, exp: now + 60, ...more }
    }
    const signed = (more?: object): Promise<string> =>
      new SignJWT(claims(more)).setProtectedHeader({ alg: 'ES256' }).sign(privateKey)
    const withSecret = (secret: string): Promise<string> =>
      new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret))
    const assertions = [
      await signed(),
      await signed(),
      await signed({ aud: 'https://elsewhere.example' }),
      await signed({ exp: 1 }),
      await signed({ sub: 'acme-readonly' }),
      new UnsecuredJWT(claims()).encode(),
      // Who has a copy of the database has the hash, and must not be let in with it.
      await withSecret(stored ?? ''),
      await withSecret('acme-backend-secret'),
    ]
    for (const client_assertion of assertions) {
      const answer = await stage.cast.form('/token', {
        grant_type: 'client_credentials',
        scope: 'root',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion,
      })
      expect([answer.status, answer.body]).toEqual([401, invalidClient])
    }
  })

  it('A16 a wrong secret is answered 401 with a challenge, and written down', async () => {
    let answer: JsonAnswer | undefined
    const events = await stage.trail(async () => {
      answer = await stage.cast.form('/token', { grant_type: 'client_credentials' }, undefined, {
        authorization: basic('acme-backend', 'acme-backend-secreT'),
      })
    })
    expect([answer?.status, answer?.body]).toEqual([401, invalidClient])
    expect(answer?.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
    expect(events).toEqual([
      expect.objectContaining({
        action: 's2s.auth_failed',
        outcome: 'denied',
        requestId: answer?.headers.get('x-request-id'),
        details: { route: 'token', client_id: 'acme-backend' },
      }),
    ])
  })

  it('A18 client credentials give an access token and nothing else', async () => {
    const answer = await stage.cast.form(
      '/token',
      { grant_type: 'client_credentials', scope: 'root openid offline_access' },
      'acme-backend',
    )
    expect([answer.status, answer.body]).toEqual([
      200,
      { access_token: expect.any(String), expires_in: 600, token_type: 'Bearer', scope: 'root' },
    ])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('A20 a start answers without ETag, CORS, cookies, or the name of the software', async () => {
    const { status, headers, body } = await stage.start()
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    const absent = [
      'etag',
      'access-control-allow-origin',
      'set-cookie',
      'server',
      'x-powered-by',
      'last-modified',
    ]
    expect(absent.filter((name) => headers.has(name))).toEqual([])
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(body).toEqual({
      refresh_token: expect.any(String),
      refresh_token_expires_in: 1800,
      refresh_token_expires_on: expect.any(Number),
      impersonation_id: expect.stringMatching(/^imp_/),
      mode: 'read_only',
      links: [
        `http://localhost:4002/callback?refresh_token=${body.refresh_token}` +
          `&refresh_token_expires_on=${body.refresh_token_expires_on}&refresh_token_expires_in=1800`,
      ],
    })
  })

  it.each(['http://localhost:4001', 'http://localhost:4002', 'https://evil.example', 'null'])(
    'A21 no page may read a start, wherever it is from: %s',
    async (origin) => {
      const preflight = await stage.cast.request('OPTIONS', START, {
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      expectError(preflight, 405, 'METHOD_NOT_ALLOWED')
      expect(preflight.headers.get('allow')).toBe('POST')
      const served = await ask({ origin, authorization: `Bearer ${stage.service}` })
      expect(served.status).toBe(200)
      for (const { headers } of [preflight, served])
        expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    },
  )
})

const invalidClient = {
  error: 'invalid_client',
  error_description: 'client authentication failed',
}

describe.each(['sqlite', 'postgres'] as const)('behind a proxy, on %s', (database) => {
  const issuer = 'https://id.example.test'
  let booted: Booted

  beforeAll(async () => {
    booted = await boot({ database, env: { ISSUER: issuer, TRUSTED_PROXIES: '1' } })
  })
  afterAll(() => booted.close())

  it('A19 what reached the proxy in clear text is not served', async () => {
    const send = async (path: string, more: string[], body: string): Promise<RawAnswer> =>
      rawRequest(booted, [`POST ${path} HTTP/1.1`, 'Host: id.example.test', ...more], body)
    const https = 'X-Forwarded-Proto: https'
    const http = 'X-Forwarded-Proto: http'
    const form = 'Content-Type: application/x-www-form-urlencoded'
    const credentials = [form, `Authorization: ${basic('acme-backend')}`]
    const grant = 'grant_type=client_credentials&scope=root'
    expect(await send('/token', [...credentials, http], grant)).toMatchObject({ status: 421 })
    const given = await send('/token', [...credentials, https], grant)
    const { access_token: token } = JSON.parse(given.body) as { access_token: string }
    const start = ['Content-Type: application/json', `Authorization: Bearer ${token}`]
    const wish = JSON.stringify({ impersonatorToken: 'none' })
    expect(await send(START, [...start, http], wish)).toMatchObject({ status: 421 })
    const served = await send(START, [...start, https], wish)
    expect(JSON.parse(served.body)).toEqual(errorBody('IMPERSONATOR_TOKEN_INVALID'))
  })
})
