import type { Origin } from '../../index.ts'
import { networkOf } from '../../index.ts'
import type { ProviderParts } from '../parts.ts'

/** Wrong attempts in five minutes: from one address at one account, and from one address at any. */
const PER_ACCOUNT = { name: 'login-account', points: 10, window: 300 }
const PER_ADDRESS = { name: 'login-address', points: 60, window: 300 }
/**
 * Wrong second factors of one account, from anywhere: whoever gets this far knows the password, and
 * six digits are few for somebody with many addresses (RFC 6238 §5.2 leaves three of them right).
 */
const PER_SECOND_FACTOR = { name: 'second-factor', points: 30, window: 3600 }

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
  step: Step = 'password',
): Promise<Attempt<T>> {
  const keys = keysFor(email, origin, step)
  return inTurn(keys.account, async () => {
    const wait = await count(parts, keys, 1)
    let isWrong = false
    try {
      if (wait !== null) await noteRefused(parts, email, origin)
      const found = wait === null ? await check() : undefined
      isWrong = wait === null && found === undefined
      return { wait, found }
    } finally {
      if (!isWrong) await count(parts, keys, -1)
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

type Step = 'password' | 'second-factor'

interface Keys {
  readonly account: string
  readonly address: string
  /** Of the second step. */
  readonly email: string | null
}

function keysFor(email: string, { ip }: Origin, step: Step): Keys {
  const name = email.toLowerCase()
  const address = ip === null ? 'unknown' : networkOf(ip)
  return { account: `${name}|${address}`, address, email: step === 'password' ? null : name }
}

async function count(
  { storage: { limits } }: Limits,
  { account, address, email }: Keys,
  points: number,
): Promise<number | null> {
  const waits = await Promise.all([
    limits.take(PER_ACCOUNT, account, points),
    limits.take(PER_ADDRESS, address, points),
    email === null ? null : limits.take(PER_SECOND_FACTOR, email, points),
  ])
  const longest = Math.max(...waits.map((wait) => wait ?? 0))
  return longest > 0 ? longest : null
}
