import type { Impersonation } from './impersonation.ts'

/** Whole seconds in epoch milliseconds: tokens count in seconds, and record and token must agree. */
export const wholeSecond = (now: number): number => Math.floor(now / 1000) * 1000

export const epochSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)

/** Start and end of an impersonation that begins now; `redeemWithin` in seconds. */
export function lifetimeFrom(
  now: number,
  seconds: number,
  redeemWithin: number | null,
): Pick<Impersonation, 'startedAt' | 'expiresAt' | 'redeemBy'> {
  const startedAt = wholeSecond(now)
  return {
    startedAt,
    expiresAt: startedAt + seconds * 1000,
    redeemBy: redeemWithin === null ? null : startedAt + redeemWithin * 1000,
  }
}

/**
 * Seconds a token issued now may live: never past the end, whatever was configured elsewhere.
 * Zero or less means that nothing may be issued any more.
 */
export const tokenSeconds = (wanted: number, expiresOn: number, nowSeconds: number): number =>
  Math.min(wanted, expiresOn - nowSeconds)
