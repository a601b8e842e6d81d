import type { Clock } from '../ports/clock.ts'
import type { Limits } from '../ports/limits.ts'

/** More keys than this are an attack on the memory itself; forgetting them costs one window. */
const MANY = 10_000

/**
 * Counters of this process alone, in fixed windows: they stand in front of everything that costs a
 * write, so they must not cost one themselves. With several nodes each grants the limit once.
 */
export function createFloodGuard(clock: Clock): Limits {
  const windows = new Map<string, { points: number; readonly until: number }>()
  return {
    async take(limit, key, points = 1) {
      const now = clock()
      const id = `${limit.name}/${key}`
      let window = windows.get(id)
      if (window === undefined || window.until <= now) {
        if (windows.size >= MANY) windows.clear()
        window = { points: 0, until: now + limit.window * 1000 }
        windows.set(id, window)
      }
      window.points += points
      if (window.points <= limit.points) return null
      return Math.max(1, Math.ceil((window.until - now) / 1000))
    },
  }
}
