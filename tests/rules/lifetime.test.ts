import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lifetimeFrom, tokenSeconds, wholeSecond } from '../../server/src/impersonation/lifetime.ts'
import { NOW } from '../support/stores.ts'

describe('contract §3: the absolute life', () => {
  it('begins and ends with a whole second, as token times do (RFC 7519 §2)', () => {
    expect(lifetimeFrom(NOW + 999, 1800, null)).toEqual({
      startedAt: NOW,
      expiresAt: NOW + 1_800_000,
      redeemBy: null,
    })
    expect(lifetimeFrom(NOW, 1800, 120)).toMatchObject({ redeemBy: NOW + 120_000 })
  })

  it('is never longer than configured, at whatever moment it begins', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4e12 }), fc.integer({ min: 1, max: 3600 }), (now, seconds) => {
        const { startedAt, expiresAt } = lifetimeFrom(now, seconds, null)
        expect(startedAt).toBe(wholeSecond(now))
        expect(expiresAt).toBeLessThanOrEqual(now + seconds * 1000)
        expect(expiresAt).toBeGreaterThan(now + (seconds - 1) * 1000)
      }),
    )
  })

  it('holds every token: none outlives it, and none what it was wanted for', () => {
    const time = fc.nat({ max: 4e9 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), time, time, (wanted, expiresOn, now) => {
        const seconds = tokenSeconds(wanted, expiresOn, now)
        expect(now + seconds).toBeLessThanOrEqual(Math.max(expiresOn, now + seconds - wanted))
        expect(now + seconds).toBeLessThanOrEqual(expiresOn)
        expect(seconds).toBeLessThanOrEqual(wanted)
      }),
    )
  })

  it.each([
    [300, 1800, 0, 300],
    [300, 1800, 1790, 10],
    [300, 1800, 1800, 0],
    [300, 1800, 1801, -1],
    [Infinity, 1800, 60, 1740],
  ])('wanted for %j s, with the end at %j, at %j: %j s', (wanted, end, now, seconds) => {
    expect(tokenSeconds(wanted, end, now)).toBe(seconds)
  })
})
