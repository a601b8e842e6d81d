import type { Origin } from '../../index.ts'
import type { ProviderParts } from '../parts.ts'

/** Wrong attempts in five minutes: from one address at one account, and from one address at any. */
const PER_ACCOUNT = { name: 'login-account', points: 10, window: 300 }
const PER_ADDRESS = { name: 'login-address', points: 60, window: 300 }

type Limits = Pick<ProviderParts, 'storage' | 'impersonation'>

/** What became of an attempt; with seconds to wait, it was not made. */
export interface Attempt<T> {
  readonly wait: number | null
  readonly found: T | undefined
}

/**
 * Lets somebody try a password or a code, unless there were too many wrong ones. Only these count,
 * and an account is closed to one address and not to all: guessing must not become a way to lock
 * somebody else out. An attempt is counted before it is made and given back when it was right, so
 * that many at once, on any node, are no more guesses than one after the other.
 *
 * @param check resolves to what was found, or to `undefined` when it was wrong.
 */
export function attemptLogin<T>(
  parts: Limits,
  email: string,
  origin: Origin,
  check: () => Promise<T | undefined>,
): Promise<Attempt<T>> {
  return inTurn(`${email.toLowerCase()}|${origin.ip}`, async () => {
    const wait = await count(parts, email, origin, 1)
    let isWrong = false
    try {
      if (wait !== null) await noteRefused(parts, email, origin)
      const found = wait === null ? await check() : undefined
      isWrong = wait === null && found === undefined
      return { wait, found }
    } finally {
      if (!isWrong) await count(parts, email, origin, -1)
    }
  })
}

const noteRefused = ({ impersonation }: Limits, email: string, origin: Origin): Promise<void> =>
  impersonation.recordAside(
    {
      action: 'rate_limit.exceeded',
      outcome: 'denied',
      code: 'RATE_LIMITED',
      details: { limit: 'login' },
      email,
    },
    origin,
  )

const queues = new Map<string, Promise<unknown>>()

/** One after the other: who has the right password is not refused for what is counted meanwhile. */
async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const turn = (queues.get(key) ?? Promise.resolve()).then(work)
  const settled = turn.catch(() => undefined)
  queues.set(key, settled)
  try {
    return await turn
  } finally {
    if (queues.get(key) === settled) queues.delete(key)
  }
}

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
