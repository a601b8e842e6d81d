import { S2sConfig } from '../../server/src/configs/variable.ts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'

const DAY_MS = 86_400_000

describe.each(['sqlite', 'postgres'] as const)('what the panel asks for, on %s', (database) => {
  let booted: Booted
  let cast: Cast

  beforeAll(async () => {
    // The day that is counted must not move on, and an impersonation of the demo out of it.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const roles = 'super_admin,org_admin@organization'
    booted = await boot({ database, env: { IMPERSONATION_ROLES: roles } })
    cast = castOf(booted)
  })
  afterAll(async () => {
    await booted.close()
    vi.useRealTimers()
  })

  const get = async (path: string, scope = 'root'): Promise<JsonAnswer> =>
    cast.request('GET', `/api/v1${path}`, { token: await cast.serviceToken(undefined, scope) })

  it('is told the policy in force under its wire names, and every role', async () => {
    const answer = await get('/settings', 'read_app')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const wire = (name: string): string => name.replaceAll(/[A-Z]/g, (a) => `_${a.toLowerCase()}`)
    expect(answer.body).toEqual({
      policy: {
        ...Object.fromEntries(
          Object.entries(S2sConfig).map(([name, value]) => [wire(name), value]),
        ),
        impersonation_roles: [
          { role: 'super_admin', within: null },
          { role: 'org_admin', within: 'organization' },
        ],
      },
      roles: ['super_admin', 'support_admin', 'support_agent', 'org_admin'],
    })
    expect((await get('/settings', 'read_audit')).body.code).toBe('S2S_SCOPE')
  })

  it('is told how much is going on', async () => {
    const before = (await get('/statistics', 'read_audit')).body
    const { body } = await cast.start()
    await cast.start({ user: 'usr_nobody' })
    const service = await cast.serviceToken()
    const path = `/api/v1/impersonations/${body.impersonation_id as string}`
    await cast.request('DELETE', path, { token: service })
    await cast.start()
    const answer = await get('/statistics', 'read_audit')
    expect(answer.status).toBe(200)
    const today = new Date().toISOString().slice(0, 10)
    const first = new Date(Date.parse(today) - 6 * DAY_MS).toISOString().slice(0, 10)
    const last = before.by_day.at(-1)
    expect(answer.body).toEqual({
      active: before.active + 1,
      started_24h: before.started_24h + 2,
      ended_24h: before.ended_24h + 1,
      denied_24h: before.denied_24h + 1,
      users: before.users,
      by_day: [
        ...before.by_day.slice(0, 6),
        { day: today, started: last.started + 2, denied: last.denied + 1 },
      ],
      audit_verified: null,
    })
    const at = Date.parse('2026-11-20T03:00:00.000Z')
    await booted.parts.storage.auditSeal.noteVerification({ seq: 7, at, problem: null })
    expect((await get('/statistics', 'read_audit')).body.audit_verified).toEqual({
      seq: 7,
      at: '2026-11-20T03:00:00.000Z',
      valid: true,
    })
    expect(answer.body.by_day[0].day).toBe(first)
    expect((await get('/statistics', 'read_app')).body.code).toBe('S2S_SCOPE')
  })

  it('finds the users of one organisation', async () => {
    const { body } = await get('/users?limit=100')
    const all = body.items as { sub: string; organization: { id: string } | null }[]
    const organization = all.find((user) => user.organization !== null)?.organization?.id ?? ''
    const wanted = all.filter((user) => user.organization?.id === organization)
    const found = await get(`/users?organization=${organization}&limit=100`)
    expect(found.body).toEqual({ items: wanted, next_cursor: null })
    expect((await get('/users?organization=org_none')).body.items).toEqual([])
    const [searched] = (await cast.audit({ action: 'user.searched' })).slice(-2)
    expect(searched?.details).toEqual({ organization, results: wanted.length })
  })

  it.each(['', '?subject=a&actor=b', '?subject=', '?app=acme-portal', '?subject=a&subject=b'])(
    'ends nothing for want of one name: %j',
    async (query) => {
      const token = await cast.serviceToken()
      const refused = await cast.request('DELETE', `/api/v1/impersonations${query}`, { token })
      expect([refused.status, refused.body.code]).toEqual([400, 'QUERY_INVALID'])
    },
  )
})
