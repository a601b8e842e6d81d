import { beforeAll, describe, expect, it } from 'vitest'
import { expectError, onStage } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { begin } from '../support/scene.ts'

/** What a route must be told anyway, or it would refuse to be asked without. */
const NEEDED: Readonly<Record<string, string>> = {
  'DELETE /api/v1/impersonations': '&subject=usr_jane',
  'GET /api/v1/audit-events/export': '&format=csv',
}

const LISTS = [
  '/users',
  '/apps',
  '/impersonations',
  '/audit-events',
  '/users/usr_jane/consents',
  '/users/usr_jane/sessions',
  '/users/usr_jane/consent-requests',
]

describe.each(['sqlite', 'postgres'] as const)('a query, on %s', (database) => {
  const stage = onStage(database)

  const get = (path: string): Promise<JsonAnswer> =>
    stage.cast.request('GET', `/api/v1${path}`, { token: stage.service })

  /** Two of everything that Jane has a list of. */
  beforeAll(async () => {
    const { cast, booted } = stage
    const { consentRequests } = booted.parts.storage
    for (const app of ['acme-portal', 'acme-billing']) {
      await consentRequests.add({
        id: `crq_${app}`,
        subject: 'usr_jane',
        app,
        actor: 'usr_root',
        service: null,
        mode: 'full',
        reason: 'cannot see charger 12',
        status: 'pending',
        requestedAt: Date.now(),
        expiresAt: Date.now() + 60_000,
        decidedAt: null,
      })
      const at = { clientId: 'acme-portal', redirectUri: await callbackOf('acme-portal') }
      await cast.signIn('jane@customer.test', at)
    }
  })

  const callbackOf = async (clientId: string): Promise<string> => {
    const app = await stage.booted.parts.storage.apps.find(clientId)
    return app?.redirectUris[0] ?? ''
  }

  it('with a parameter that nobody knows is refused by every route there is', async () => {
    const { accessToken } = await begin(stage.cast, { actor: stage.root })
    const { paths } = (await get('/../../openapi.json')).body
    const asked: string[] = []
    for (const [path, methods] of Object.entries<object>(paths)) {
      for (const [method, { security }] of Object.entries<{ security: object[] }>(
        methods as never,
      )) {
        const name = `${method.toUpperCase()} ${path}`
        asked.push(name)
        const at = path.replaceAll(/\{\w+\}/g, 'x')
        const token = 'user' in (security[0] ?? {}) ? accessToken : stage.service
        const answer = await stage.cast.request(
          method.toUpperCase(),
          `${at}?foo=1${NEEDED[name] ?? ''}`,
          { token, ...(method === 'post' && { json: {} }) },
        )
        expect([name, answer.body.code]).toEqual([name, 'QUERY_INVALID'])
        expectError(answer, 400, 'QUERY_INVALID')
      }
    }
    expect(asked.length).toBeGreaterThan(20)
  })

  it.each(LISTS)('pages %s like every other list', async (path) => {
    const whole = await get(`${path}?limit=100`)
    expect(whole.status).toBe(200)
    expect(whole.body.items.length).toBeGreaterThan(1)
    const first = await get(`${path}?limit=1`)
    expect(first.body.items).toHaveLength(1)
    const next = await get(`${path}?limit=1&cursor=${first.body.next_cursor}`)
    expect(next.status).toBe(200)
    expect(next.body.items).not.toEqual(first.body.items)
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=abc',
      'limit=1&limit=2',
      'cursor=',
      'cursor=xx',
    ])
      expectError(await get(`${path}?${query}`), 400, 'QUERY_INVALID')
  })

  it('goes through the consents of somebody one by one, in the order of their apps', async () => {
    const seen: string[] = []
    for (let cursor = ''; ;) {
      const { body } = await get(`/users/usr_jane/consents?limit=1${cursor}`)
      seen.push(...body.items.map(({ app }: { app: string }) => app))
      if (body.next_cursor === null) break
      cursor = `&cursor=${body.next_cursor}`
    }
    expect(seen).toEqual(['acme-billing', 'acme-portal'])
  })

  it('with the cursor of another list is refused', async () => {
    const lists = [...LISTS, '/users/usr_omar/consents']
    for (const from of LISTS) {
      const { next_cursor: cursor } = (await get(`${from}?limit=1`)).body
      expect(cursor).not.toBe(null)
      for (const path of lists) {
        const { status } = await get(`${path}?cursor=${cursor}`)
        expect([from, path, status]).toEqual([from, path, path === from ? 200 : 400])
      }
    }
  })
})
