/** How long the write lock is waited for while another process holds it. */
const PATIENCE_MS = 3000
/** Whoever finds it held after such a break has found another holder. */
const BREAK_MS = 1000

export interface LockWait {
  /** To be called whenever the lock was found held: whether to try again. */
  isWorthwhile(): boolean
  /** The lock was free. */
  noteFree(): void
}

/**
 * The wait counts from when the lock was first found held, whoever found it: otherwise each who comes
 * would wait anew, one behind the other, until their connections are closed.
 */
export function createLockWait(): LockWait {
  let since = 0
  let last = -Infinity
  return {
    isWorthwhile() {
      const now = performance.now()
      if (now - last > BREAK_MS) since = now
      last = now
      return now - since < PATIENCE_MS
    },
    noteFree() {
      last = -Infinity
    },
  }
}
