import type { Clock } from '../ports/clock.ts'
import type { Stopwatch } from '../ports/stopwatch.ts'

interface Noted {
  readonly overAt: number
  readonly expiresAt: number
}

/**
 * @param monotonic milliseconds since any moment, never less than before.
 */
export function createStopwatch(clock: Clock, monotonic: () => number): Stopwatch {
  const noted = new Map<string, Noted>()
  /** What the time of day has ended needs no second witness. They were noted in the order they end. */
  const forget = (now: number): void => {
    for (const [id, { expiresAt }] of noted) {
      if (expiresAt > now) return
      noted.delete(id)
    }
  }
  return {
    note({ id, startedAt, expiresAt }) {
      const now = clock()
      forget(now)
      if (noted.has(id)) return
      // Seen first after the clock was turned back, it may still not have more than its whole time.
      const left = Math.min(expiresAt - now, expiresAt - startedAt)
      noted.set(id, { overAt: monotonic() + left, expiresAt })
    },
    isOver({ id }) {
      const known = noted.get(id)
      return known !== undefined && monotonic() >= known.overAt
    },
  }
}
