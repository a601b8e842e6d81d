const real = Date.now

let ahead = 0

/**
 * Turns `Date.now` of this process, and with it server, provider and tests, without anybody having
 * to wait. It goes on from where it was turned to. Import it where `boot` is called.
 */
export const advance = (seconds: number): void => {
  ahead += seconds * 1000
}

export const resetClock = (): void => {
  ahead = 0
}

Date.now = () => real() + ahead
