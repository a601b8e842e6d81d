import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'

/** OWASP's minimum for argon2id: 19 MiB, two passes. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
/** More at once would make every other request wait for the worker threads. */
const AT_ONCE = Math.max(1, availableParallelism() - 1)
/** Who would wait for seconds is told to come back instead. */
const WAITING_AT_MOST = 64 * AT_ONCE

/** Too many logins are being checked; try again shortly. */
export class PasswordsBusy extends Error {
  override name = 'PasswordsBusy'
}

let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= WAITING_AT_MOST) throw new PasswordsBusy()
    await new Promise<void>((go) => {
      waiting.push(go)
    })
  } else {
    running += 1
  }
  try {
    return await work()
  } finally {
    // The place is handed over, so that nobody who comes in between takes one more.
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
}

export const hashPassword = (password: string): Promise<string> =>
  inTurn(() => hash(password, COST))

/** A hash of nothing anybody knows: an unknown account costs as much time as a wrong password. */
let decoy: Promise<string> | undefined

export async function verifyPassword(
  passwordHash: string | null | undefined,
  password: string,
): Promise<boolean> {
  decoy ??= hashPassword(crypto.randomUUID())
  const stored = passwordHash ?? (await decoy)
  const matches = await inTurn(() => verify(stored, password))
  return matches && passwordHash != null
}
