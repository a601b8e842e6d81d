import { describe, expect, it, vi } from 'vitest'
import type { Booted } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { onScene } from '../support/on-scene.ts'
import { begin, expectAlive, expectDead, expectEnded } from '../support/scene.ts'

const HOUR = 3_600_000

describe.each(['sqlite', 'postgres'] as const)('odd times on %s', (database) => {
  let booted: Booted
  let cast: Cast
  onScene(database, (scene) => {
    ;({ booted, cast } = scene)
  })

  it('N14 gives no session more than its half hour when the clock is turned back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const begun = await begin(cast)
    vi.advanceTimersByTime(20 * 60_000)
    vi.setSystemTime(Date.now() - HOUR)
    const refreshed = await cast.refresh(begun.refreshToken)
    expect(refreshed.status).toBe(200)
    expect(refreshed.body.expires_in).toBeLessThanOrEqual(300)
    const { refresh_token: refreshToken, access_token: accessToken } = refreshed.body
    vi.advanceTimersByTime(9 * 60_000)
    await expectAlive(cast, { refreshToken })
    vi.advanceTimersByTime(60_000)
    await expectDead(cast, { refreshToken, accessToken })
    await expectEnded(booted, cast, begun.id, 'lifetime_over')
    const [end] = await cast.audit({ impersonation: begun.id, action: 'impersonation.ended' })
    expect(end?.details['duration_seconds']).toBe(1800)
    // One that begins after it has its own half hour, no more and no less.
    const service = await cast.serviceToken()
    const { accessToken: actor } = await cast.signIn('root2@acme.test')
    const later = await begin(cast, { service, actor, user: 'usr_omar' })
    vi.advanceTimersByTime(29 * 60_000)
    await expectAlive(cast, { refreshToken: later.refreshToken })
    vi.advanceTimersByTime(60_000)
    await expectDead(cast, { refreshToken: later.refreshToken })
  })

  it.each([
    ['the last seconds that 32 bits can count', '2038-01-19T03:00:00Z'],
    ['a leap second', '2028-12-31T23:45:00Z'],
    ['the night in which the clocks of many change', '2027-03-28T00:45:00Z'],
    ['a 29th of February', '2028-02-29T23:45:00Z'],
  ])('N16 counts on over %s', async (_, time) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(new Date(time))
    const service = await cast.serviceToken()
    const { accessToken: actor } = await cast.signIn('root@acme.test')
    const begun = await begin(cast, { service, actor })
    expect(begun.expiresOn).toBe(Date.parse(time) / 1000 + 1800)
    vi.setSystemTime(Date.parse(time) + 1_799_000)
    const { status, body } = await cast.refresh(begun.refreshToken)
    expect([status, body.expires_in]).toEqual([200, 1])
    const { body: seen } = await cast.introspect(body.access_token)
    expect([seen.active, seen.exp]).toEqual([true, begun.expiresOn])
    vi.setSystemTime(Date.parse(time) + 1_800_000)
    await expectDead(cast, { refreshToken: body.refresh_token, accessToken: body.access_token })
    await expectEnded(booted, cast, begun.id, 'lifetime_over')
  })
})
