const TICK_MS = 1000
const DRIFT_MS = 5000

/**
 * Looks once a second. A machine that slept, or a clock that was turned, shows in two clocks that no
 * longer agree.
 *
 * @param woke is given the milliseconds that the steady clock has missed
 * @returns what stops it
 */
export function whileAwake(tick: () => void, woke: (slept: number) => void): () => void {
  const distance = (): number => Date.now() - performance.now()
  let before = distance()
  const look = (): void => {
    const now = distance()
    const slept = now - before
    before = now
    if (Math.abs(slept) > DRIFT_MS) woke(slept)
    else tick()
  }
  const shown = (): void => {
    if (document.visibilityState === 'visible') woke(0)
  }
  const timer = setInterval(look, TICK_MS)
  document.addEventListener('visibilitychange', shown)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', shown)
  }
}
