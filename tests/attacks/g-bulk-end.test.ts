import { setImmediate as immediate } from 'node:timers/promises'
import type { Impersonation } from 'understudy'
import { newId } from 'understudy'
import { describe, expect, it } from 'vitest'
import { errorBody, onStage } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { readEvents } from '../support/event-reader.ts'
import { ownTime } from '../support/own-time.ts'
import { impersonation } from '../support/stores.ts'

/** Fewer on PostgreSQL, where putting them there takes longer than what is tested. */
const MANY = { sqlite: 5000, postgres: 1000 } as const

describe.each(['sqlite', 'postgres'] as const)('ending many at once on %s', (database) => {
  const stage = onStage(database)
  const many = MANY[database]

  /** As many administrators act as Jane; each has one. */
  async function fill(count: number): Promise<Impersonation[]> {
    const { storage, clock } = stage.booted.parts
    const startedAt = Math.floor(clock() / 1000) * 1000
    const times = { startedAt, expiresAt: startedAt + 1_800_000 }
    const rows = Array.from({ length: count }, (_, n) =>
      impersonation({ id: newId('imp', startedAt), actor: `usr_${n}`, ...times }),
    )
    for (let begin = 0; begin < count; begin += 500) {
      await storage.unitOfWork.run(async () => {
        for (const row of rows.slice(begin, begin + 500)) {
          await storage.impersonations.add(row)
          const payload = { accountId: row.subject, clientId: row.app, exp: row.expiresAt / 1000 }
          await storage.models('Grant').upsert(row.id, payload, 1800)
          await stage.booted.parts.impersonation.record(
            {
              action: 'impersonation.started',
              outcome: 'success',
              actor: row.actor,
              subject: row.subject,
              app: row.app,
              impersonation: row.id,
            },
            null,
          )
        }
      })
    }
    return rows
  }

  const revoke = (query: string, headers: Record<string, string> = {}): Promise<JsonAnswer> =>
    stage.cast.request('DELETE', `/api/v1/impersonations?${query}`, {
      token: stage.service,
      headers,
    })

  it('G21 thousands of a user end with one call, each audited, and others are served meanwhile', async () => {
    await fill(many)
    const reader = await readEvents(
      `${stage.booted.issuer}/api/v1/impersonations/ended`,
      stage.service,
    )
    const began = process.cpuUsage()
    const pending = new Set(['revocation'])
    const revoking = revoke('subject=usr_jane').finally(() => {
      pending.clear()
    })
    const clock = ownTime()
    const waits: number[] = []
    while (pending.size > 0) {
      const asked = clock.ms()
      const served = await stage.cast.request('GET', '/api/v1/apps', { token: stage.service })
      expect(served.status).toBe(200)
      waits.push(clock.ms() - asked)
      await immediate()
    }
    const answer = await revoking
    clock.stop()
    // Of the processor, the test's own part included: other tests run on it at the same time.
    const { user, system } = process.cpuUsage(began)
    expect((user + system) / 1_000_000).toBeLessThan(5)
    expect([answer.status, answer.body]).toEqual([200, { ended: many }])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(waits.length).toBeGreaterThan(20)
    const total = waits.reduce((sum, wait) => sum + wait, 0)
    expect(Math.max(...waits)).toBeLessThan(total / 5)
    reader.close()
    const ended = await stage.cast.audit({ action: 'impersonation.ended', service: 'acme-backend' })
    const details = new Set(ended.map((event) => event.details['end_reason']))
    expect([ended.length, [...details]]).toEqual([many, ['revoked_by_admin']])
    expect((await revoke('subject=usr_jane')).body).toEqual({ ended: 0 })
  }, 120_000)

  it('ends what one administrator runs, in the name of another, and nothing else', async () => {
    const root2 = await stage.token('root2@acme.test')
    const mine = await stage.start()
    const other = await stage.start({ actor: root2, user: 'usr_omar' })
    const trail = await stage.trail(async () => {
      const answer = await revoke('actor=usr_root', { 'Actor-Token': root2 })
      expect([answer.status, answer.body]).toEqual([200, { ended: 1 }])
    })
    expect(trail).toEqual([
      expect.objectContaining({
        action: 'impersonation.ended',
        impersonation: mine.body.impersonation_id,
        details: expect.objectContaining({
          end_reason: 'revoked_by_admin',
          revoked_by: 'usr_root2',
        }) as unknown,
      }),
    ])
    const { impersonations } = stage.booted.parts.storage
    expect((await impersonations.find(other.body.impersonation_id))?.ended).toBe(null)
    const refused = await revoke('actor=usr_root2', { 'Actor-Token': 'unknown' })
    expect([refused.status, refused.body]).toEqual([403, errorBody('IMPERSONATOR_TOKEN_INVALID')])
  })
})
