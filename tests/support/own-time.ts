/** A clock that stands still while the machine does: what it shows can be held against a limit anywhere. */
export interface OwnTime {
  /** Milliseconds in which this process has worked, or has waited while it could have worked. */
  readonly ms: () => number
  readonly stop: () => void
}

const TICK_MS = 5

const worked = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Who could have worked ticks in time. A longer pause counts for as much as was worked in it. */
export function ownTime(): OwnTime {
  let shown = 0
  let at = performance.now()
  let done = worked()
  const tick = (): void => {
    const [now, doneNow] = [performance.now(), worked()]
    shown += Math.min(now - at, Math.max(2 * TICK_MS, doneNow - done))
    ;[at, done] = [now, doneNow]
  }
  const timer = setInterval(tick, TICK_MS)
  return {
    ms() {
      tick()
      return shown
    },
    stop() {
      clearInterval(timer)
    },
  }
}
