import type { Origin } from '../../index.ts'
import type { ProviderParts } from '../parts.ts'

/** Wrong attempts in five minutes: from one address at one account, and from one address at any. */
const PER_ACCOUNT = { name: 'login-account', points: 10, window: 300 }
const PER_ADDRESS = { name: 'login-address', points: 60, window: 300 }

type Limits = Pick<ProviderParts, 'storage' | 'impersonation'>

/**
 * Only wrong attempts count, and an account is closed to one address and not to all: guessing must
 * not become a way to lock somebody else out.
 *
 * @returns the seconds to wait, or `null`.
 */
export async function secondsToWait(
  parts: Limits,
  email: string,
  origin: Origin,
): Promise<number | null> {
  const waits = await count(parts, email, origin, 0)
  if (waits === null) return null
  await parts.impersonation.recordAside(
    {
      action: 'rate_limit.exceeded',
      outcome: 'denied',
      code: 'RATE_LIMITED',
      details: { limit: 'login' },
      email,
    },
    origin,
  )
  return waits
}

export const noteWrongAttempt = (parts: Limits, email: string, origin: Origin): Promise<unknown> =>
  count(parts, email, origin, 1)

async function count(
  { storage }: Limits,
  email: string,
  origin: Origin,
  points: number,
): Promise<number | null> {
  const address = origin.ip ?? 'unknown'
  const waits = await Promise.all([
    storage.limits.take(PER_ACCOUNT, `${email.toLowerCase()}|${address}`, points),
    storage.limits.take(PER_ADDRESS, address, points),
  ])
  const longest = Math.max(...waits.map((wait) => wait ?? 0))
  return longest > 0 ? longest : null
}
