import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'

describe.each(['sqlite', 'postgres'] as const)('a list’s total, on %s', (database) => {
  let booted: Booted
  let cast: Cast

  beforeAll(async () => {
    booted = await boot({ database })
    cast = castOf(booted)
  })
  afterAll(() => booted.close())

  const get = async (path: string): Promise<JsonAnswer> =>
    cast.request('GET', `/api/v1${path}`, { token: await cast.serviceToken() })

  /** By going through all pages. */
  async function countOf(path: string): Promise<number> {
    let count = 0
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await get(`${path}&limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`)
      count += body.items.length
      cursor = body.next_cursor
    }
    return count
  }

  it.each([
    '/users?',
    '/users?q=northwind',
    '/users?q=northwind&status=active',
    '/users?q=n&organization=org_northwind',
    '/users?role=super_admin',
    '/users?q=nobody-is-called-that',
    '/impersonations?',
    '/impersonations?status=active',
    '/impersonations?status=ended&app=acme-portal',
    '/impersonations?subject=usr_jane&actor=usr_root',
    '/audit-events?action=login.succeeded',
    '/audit-events?outcome=denied&app=acme-portal',
  ])('says how many of %s there are on all pages', async (path) => {
    const { status, headers, body } = await get(`${path}&limit=1&total=true`)
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(Object.keys(body)).toEqual(['items', 'next_cursor', 'total'])
    expect(body.total).toBe(await countOf(path))
    expect(body.items.length).toBe(Math.min(1, body.total))
  })

  it('counts what there is before the look itself is written down', async () => {
    const looks = async (): Promise<number> => (await cast.audit({ action: 'audit.viewed' })).length
    const before = await looks()
    const { body } = await get('/audit-events?action=audit.viewed&limit=1&total=true')
    expect([body.total, await looks()]).toEqual([before, before + 1])
  })

  it('is told to nobody who did not ask, and only where lists can be long', async () => {
    for (const path of ['/users', '/impersonations?total=false', '/audit-events']) {
      expect(Object.keys((await get(path)).body)).toEqual(['items', 'next_cursor'])
    }
    for (const path of ['/apps?total=true', '/users?total=1', '/users?total=true&total=true']) {
      const { status, body } = await get(path)
      expect([path, status, body.error]).toEqual([path, 400, 'invalid_request'])
    }
  })

  it('stops where counting on would take long', async () => {
    const { accounts, impersonations, audit } = booted.parts.storage
    expect(await accounts.count({}, 3)).toBe(3)
    expect(await accounts.count({ q: 'northwind' }, 3)).toBe(3)
    expect(await impersonations.count({}, Date.now(), 2)).toBe(2)
    expect(await audit.count({}, 3)).toBe(3)
  })

  it('is in the API’s own description', async () => {
    const description = (await get('/../../openapi.json')).body
    const { parameters, responses } = description.paths['/api/v1/users'].get
    const taken = parameters.find(({ name }: { name: string }) => name === 'total')
    expect(taken).toMatchObject({ in: 'query', schema: { type: 'boolean' } })
    const { schema } = responses['200'].content['application/json']
    expect(JSON.stringify(schema)).toContain('at most 10 001')
  })
})
