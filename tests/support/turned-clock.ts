const real = Date.now

let ahead = 0
/** When it was stopped; `null` while it goes. */
let stopped: number | null = null

/**
 * Turns `Date.now` of this process, and with it server, provider and tests, without anybody having
 * to wait. It goes on from where it was turned to. Import it where `boot` is called.
 */
export const advance = (seconds: number): void => {
  ahead += seconds * 1000
}

/** From now on it moves only when it is turned: no window and no token runs out on a slow machine. */
export const stopClock = (): void => {
  stopped ??= real()
}

export const resetClock = (): void => {
  ahead = 0
  stopped = null
}

Date.now = () => (stopped ?? real()) + ahead
