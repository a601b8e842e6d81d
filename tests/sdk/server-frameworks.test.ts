import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GuardRules, Verifier } from '../../sdk/src/server/index.ts'
import { createVerifier } from '../../sdk/src/server/index.ts'
import type { Api } from '../support/resource-api.ts'
import { startApi } from '../support/resource-api.ts'
import type { FakeIssuer } from '../support/resource-fake-issuer.ts'
import { AUDIENCE, ORDINARY, startFakeIssuer } from '../support/resource-fake-issuer.ts'

const requestId: unknown = expect.stringMatching(/^req_[0-9a-f]{32}$/)

describe.each(['koa', 'express', 'fastify', 'hono'] as const)('the guard for %s', (framework) => {
  let fake: FakeIssuer
  let verifier: Verifier
  const apis: Api[] = []

  beforeAll(async () => {
    fake = await startFakeIssuer()
    const { issuer } = fake
    const service = { clientId: 'service', clientSecret: 'secret' }
    verifier = createVerifier({ issuer, audience: AUDIENCE, ...service, realm: 'orders' })
  })
  afterAll(async () => {
    for (const api of apis) api.close()
    await verifier.close()
    fake.close()
  })

  const start = async (rules?: GuardRules): Promise<Api> => {
    const api = await startApi(framework, verifier, rules)
    apis.push(api)
    return api
  }

  it('lets through who may pass, and says who it is', async () => {
    const api = await start({ scope: 'orders:read', closedToImpersonation: false })
    const { status, body } = await api.call(await fake.sign())
    expect(status).toBe(200)
    expect(body).toEqual({
      subject: 'usr_jane',
      actor: 'usr_root',
      app: 'acme-portal',
      impersonation: 'imp_1',
      impersonation_mode: 'read_only',
    })
    const ordinary = await api.call(await fake.sign(ORDINARY), { method: 'POST' })
    expect(ordinary).toMatchObject({ status: 200, body: { actor: null, impersonation: null } })
  })

  it('asks for a token with a challenge that names no error', async () => {
    const { status, headers, body } = await (await start()).call()
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('Bearer realm="orders"')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      error: 'unauthorized',
      error_description: 'Authentication is required.',
      code: 'UNAUTHENTICATED',
      request_id: requestId,
    })
    expect(headers.get('x-request-id')).toBe((body as { request_id: string }).request_id)
  })

  it('refuses writes of a read-only impersonation before it asks for the scope', async () => {
    const api = await start({ scope: 'orders:write' })
    const readOnly = await fake.sign()
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { status, body } = await api.call(readOnly, { method })
      expect([status, body]).toEqual([
        403,
        {
          error: 'access_denied',
          error_description: 'The impersonation is read-only.',
          code: 'IMPERSONATION_READ_ONLY',
          request_id: requestId,
        },
      ])
    }
    const full = await fake.sign({ impersonation_mode: 'full', scope: 'openid orders:write' })
    expect((await api.call(full, { method: 'POST' })).status).toBe(200)
  })

  it('names the scope that is missing', async () => {
    const { status, headers, body } = await (
      await start({ scope: 'admin' })
    ).call(await fake.sign())
    expect([status, body]).toMatchObject([403, { code: 'S2S_SCOPE', error: 'insufficient_scope' }])
    expect(headers.get('www-authenticate')).toBe(
      'Bearer realm="orders", error="insufficient_scope", error_description="The access token lacks the scope this needs.", scope="admin"',
    )
  })

  it('closes a route to whoever acts for somebody else, and to nobody else', async () => {
    const api = await start({ closedToImpersonation: true })
    const full = await fake.sign({ impersonation_mode: 'full' })
    expect(await api.call(full)).toMatchObject({
      status: 403,
      body: { error: 'access_denied', code: 'IMPERSONATION_FORBIDDEN' },
    })
    expect((await api.call(await fake.sign(ORDINARY))).status).toBe(200)
  })

  it('goes by what a route says it does, where its method does not tell', async () => {
    const token = await fake.sign()
    expect(await (await start({ writes: true })).call(token)).toMatchObject({ status: 403 })
    const search = await start({ writes: false })
    expect(await search.call(token, { method: 'POST' })).toMatchObject({ status: 200 })
  })
})
