import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Verifier, VerifierOptions } from '../../sdk/src/server/index.ts'
import { createVerifier } from '../../sdk/src/server/index.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { Api } from '../support/resource-api.ts'
import { startApi } from '../support/resource-api.ts'
import { begin, clearStage, roomy } from '../support/scene.ts'

const AUDIENCE = 'http://localhost:4004'
const ENDED = { error: 'invalid_token', code: 'IMPERSONATION_ENDED' }

describe('a resource server in front of the real issuer', () => {
  let booted: Booted
  let cast: Cast
  /** The verifiers' clock, which stands still however long a test takes. */
  let now = 0
  let ahead = 0
  const open: { close(): unknown }[] = []

  beforeAll(async () => {
    booted = await boot({ env: roomy })
    cast = castOf(booted)
  })
  beforeEach(async () => {
    ahead = 0
    now = Date.now()
    await clearStage(booted)
  })
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close()
  })
  afterAll(() => booted.close())

  const start = async (
    options: Partial<VerifierOptions> = {},
  ): Promise<{ api: Api; verifier: Verifier }> => {
    const verifier = createVerifier({
      issuer: booted.issuer,
      audience: AUDIENCE,
      clientId: 'acme-backend',
      clientSecret: 'acme-backend-secret',
      clock: () => now + ahead,
      ...options,
    })
    const api = await startApi('koa', verifier, { route: '/orders/:id' })
    open.push(verifier, api)
    if (options.feed !== false) await expect.poll(() => verifier.isFeedLive).toBe(true)
    return { api, verifier }
  }
  const tokenOf = async (
    kind: 'opaque' | 'jwt',
    mode = 'read_only',
  ): Promise<{ id: string; token: string }> => {
    const { id, accessToken, refreshToken } = await begin(cast, { body: { mode } })
    if (kind === 'opaque') return { id, token: accessToken }
    const { body } = await cast.refresh(refreshToken, { resource: AUDIENCE })
    return { id, token: body.access_token as string }
  }
  const revoke = async (id: string): Promise<void> => {
    const token = await cast.serviceToken()
    const { status } = await cast.request('DELETE', `/api/v1/impersonations/${id}`, { token })
    expect(status).toBe(204)
  }

  describe.each(['opaque', 'jwt'] as const)('with %s tokens', (kind) => {
    it('knows who acts for whom', async () => {
      const { api } = await start()
      const { id, token } = await tokenOf(kind)
      expect(await api.call(token)).toMatchObject({
        status: 200,
        body: {
          subject: 'usr_jane',
          actor: 'usr_root',
          app: 'acme-portal',
          impersonation: id,
          impersonation_mode: 'read_only',
        },
      })
    })

    it('answers 401 right after the end where it follows the feed', async () => {
      const { api } = await start()
      const { id, token } = await tokenOf(kind)
      expect((await api.call(token)).status).toBe(200)
      await revoke(id)
      // By the clock no time has passed, so that nothing but the feed can have said so.
      await expect
        .poll(() => api.call(token), { interval: 5, timeout: 5000 })
        .toMatchObject({
          status: 401,
          body: ENDED,
        })
      const { headers } = await api.call(token)
      expect(headers.get('www-authenticate')).toBe(
        'Bearer realm="api", error="invalid_token", error_description="The impersonation has ended."',
      )
    })

    it('answers 401 within five seconds after the end where it does not', async () => {
      const { api } = await start({ feed: false })
      const { id, token } = await tokenOf(kind)
      expect((await api.call(token)).status).toBe(200)
      await revoke(id)
      ahead = 5000
      expect(await api.call(token)).toMatchObject({ status: 401, body: ENDED })
    })

    it('hears of an end that was before its time', async () => {
      const { id, token } = await tokenOf(kind)
      await revoke(id)
      const { api } = await start()
      expect(await api.call(token)).toMatchObject({ status: 401, body: ENDED })
    })
  })

  it('G08 believes no introspection for longer than five seconds, whatever it was told', async () => {
    const { api } = await start({ feed: false, cacheSeconds: 60 })
    const { id, token } = await tokenOf('opaque')
    expect((await api.call(token)).status).toBe(200)
    await revoke(id)
    ahead = 4000
    expect((await api.call(token)).status).toBe(200)
    ahead = 5000
    expect(await api.call(token)).toMatchObject({ status: 401, body: ENDED })
    const careful = await start({ feed: false, cacheSeconds: 0 })
    const next = await tokenOf('opaque')
    expect((await careful.api.call(next.token)).status).toBe(200)
    await revoke(next.id)
    expect(await careful.api.call(next.token)).toMatchObject({ status: 401, body: ENDED })
  })

  it('H27 lets a read-only impersonation change nothing, however it asks, and writes that down', async () => {
    const { api, verifier } = await start()
    const { id, token } = await tokenOf('opaque')
    const asked: [string, Record<string, string>][] = [
      ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method): [string, Record<string, string>] => [
        method,
        {},
      ]),
      // A GraphQL mutation, a beacon and a form are posts like any other.
      ['POST', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['POST', { 'content-type': 'text/plain;charset=UTF-8' }],
      ['POST', { 'x-http-method-override': 'GET' }],
      ['POST', { 'x-http-method': 'GET', 'x-method-override': 'HEAD' }],
    ]
    for (const [method, headers] of asked) {
      expect(await api.call(token, { method, headers })).toMatchObject({
        status: 403,
        body: { error: 'access_denied', code: 'IMPERSONATION_READ_ONLY' },
      })
    }
    const handshake = { upgrade: 'websocket', authorization: `Bearer ${token}` }
    const decision = await verifier.guard({ route: '/orders/:id' })({
      method: 'GET',
      header: (name) => handshake[name as 'upgrade'],
    })
    expect(decision.refusal?.body.code).toBe('IMPERSONATION_READ_ONLY')
    expect((await api.call(token)).status).toBe(200)
    await verifier.close()
    const blocked = await cast.audit({ action: 'impersonation.write_blocked', impersonation: id })
    expect(blocked.map(({ details }) => details['method'])).toEqual([
      ...asked.map(([method]) => method),
      'GET',
    ])
    expect(blocked[0]).toMatchObject({ outcome: 'denied', details: { route: '/orders/:id' } })
    expect(await cast.audit({ action: 'impersonation.request', impersonation: id })).toHaveLength(1)
  })

  it('keeps a closed route closed in full mode, too, and writes that down', async () => {
    const { verifier } = await start()
    const api = await startApi('fastify', verifier, { closedToImpersonation: true })
    open.push(api)
    const { id, token } = await tokenOf('jwt', 'full')
    const { status, headers, body } = await api.call(token)
    expect([status, body]).toMatchObject([403, { code: 'IMPERSONATION_FORBIDDEN' }])
    await verifier.close()
    const found = await cast.audit({ action: 'impersonation.forbidden_route', impersonation: id })
    expect(found.map(({ details }) => details)).toEqual([
      { method: 'GET', route: '/orders/:id', request_id: headers.get('x-request-id') },
    ])
  })

  it('opens nothing to other tokens of the issuer', async () => {
    const { api } = await start()
    const { refreshToken, idToken } = await begin(cast)
    const service = await cast.serviceToken()
    for (const token of [refreshToken, idToken, service, 'unknown'])
      expect(await api.call(token)).toMatchObject({
        status: 401,
        body: { code: 'S2S_TOKEN_INVALID' },
      })
  })

  it('takes an ordinary user’s token, which may write and leaves no trace', async () => {
    const { api, verifier } = await start()
    const { accessToken } = await cast.signIn('jane@customer.test', {
      clientId: 'acme-portal',
      redirectUri: 'http://localhost:4002/callback',
    })
    const before = (await cast.audit({ action: 'impersonation.request' })).length
    expect(await api.call(accessToken, { method: 'POST' })).toMatchObject({
      status: 200,
      body: { subject: 'usr_jane', actor: null, impersonation: null },
    })
    await verifier.close()
    expect(await cast.audit({ action: 'impersonation.request' })).toHaveLength(before)
  })
})
