import { beforeEach, describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import type { Asked } from '../support/load-flood.ts'
import { flood, tally } from '../support/load-flood.ts'
import { advance, stopClock } from '../support/turned-clock.ts'

const START = '/api/v1/users/usr_jane/impersonation/acme-portal'
const WRITTEN = 120
const OF_ONE_KIND = 600

describe('refusals without end', { timeout: 120_000 }, () => {
  const stage = onStage('sqlite', { TRUSTED_PROXIES: '1', STARTS_PER_SERVICE: '1000000' })
  beforeEach(stopClock)

  const start = (service: string, address: string): Asked => ({
    path: START,
    headers: {
      authorization: `Bearer ${service}`,
      'content-type': 'application/json',
      'x-forwarded-for': address,
    },
    body: JSON.stringify({ impersonatorToken: 'nobody' }),
  })

  const denied = { action: 'impersonation.denied', outcome: 'denied' } as const
  const invalid = { ...denied, code: 'IMPERSONATOR_TOKEN_INVALID', service: 'acme-backend' }

  it('are written one by one for a while, and then counted', async () => {
    const events = await stage.trail(async () => {
      const ask = (): Asked => start(stage.service, '192.0.2.9')
      expect(tally(await flood(stage.booted, 500, 8, ask))).toEqual({ 403: 500 })
      await stage.booted.parts.impersonation.sweep()
    })
    expect(events).toHaveLength(WRITTEN)
    for (const event of events) expect(event).toMatchObject({ ...invalid, subject: 'usr_jane' })

    const later = await stage.trail(async () => {
      advance(61)
      await stage.booted.parts.impersonation.sweep()
      await stage.booted.parts.impersonation.sweep()
    })
    expect(later).toEqual([
      expect.objectContaining({
        ...invalid,
        subject: null,
        ip: '192.0.2.9',
        requestId: null,
        details: { count: 500 - WRITTEN },
      }),
    ])
    // One that comes alone is written as ever.
    expect(
      await stage.trail(() => flood(stage.booted, 1, 1, () => start(stage.service, '192.0.2.9'))),
    ).toEqual([expect.objectContaining({ ...invalid, subject: 'usr_jane', details: {} })])
  })

  it('from ever new addresses fill the audit trail no faster', async () => {
    advance(200)
    await stage.booted.parts.impersonation.sweep()
    const events = await stage.trail(async () => {
      const ask = (n: number): Asked =>
        start(stage.service, `198.51.${Math.floor(n / 200)}.${n % 200}`)
      await flood(stage.booted, 1200, 8, ask)
      advance(61)
      await stage.booted.parts.impersonation.recordCounted()
    })
    const counts = events.flatMap(({ details }) => details['count'] ?? [])
    expect(events.length - counts.length).toBe(OF_ONE_KIND)
    expect(counts.length).toBeLessThanOrEqual(100)
    expect(counts.reduce<number>((sum, count) => sum + Number(count), 0)).toBe(1200 - OF_ONE_KIND)
  })

  it('that were only counted are written when the server stops', async () => {
    advance(200)
    const events = await stage.trail(async () => {
      await flood(stage.booted, 150, 8, () => start(stage.service, '192.0.2.10'))
      await stage.booted.parts.impersonation.recordCounted(true)
    })
    expect(events).toHaveLength(WRITTEN + 1)
    expect(events.at(-1)).toMatchObject({ ...invalid, details: { count: 30 } })
  })
})
