import { read } from './renewal.ts'
import type { TabSession } from './tab-session.ts'
import { over } from './tab-session.ts'

const TICK_MS = 1000
const DRIFT_MS = 5000
/** How old the issuer's word may be while the page is seen, and when somebody comes back to it. */
const WHILE_SEEN_MS = 60_000
const ON_RETURN_MS = 5000

/**
 * Asks the issuer whether it lives, unless this tab or another one did so lately. Of tabs that want
 * to know at the same time one asks; the others hear of it while they wait for their turn.
 */
function look(tab: TabSession, oldest: number): void {
  const { kept } = tab
  // A clock that was turned knows nothing.
  const isKnown = (): boolean => Math.abs(Date.now() - tab.lookedAt) < oldest
  if (!kept || document.visibilityState !== 'visible' || isKnown()) return
  tab.others
    .alone(`${kept.id}.look`, async () => {
      if (isKnown()) return
      tab.lookedAt = Date.now()
      tab.others.tell({ id: kept.id })
      await read(tab)
    })
    // What it means is in the state.
    .catch(() => {})
}

/**
 * Looks once a second whether the time is up, and asks the issuer each minute, when somebody comes
 * back, and when the network does. Two clocks that no longer agree tell of a machine that slept.
 */
export function watch(tab: TabSession): void {
  const gone = new AbortController()
  const distance = (): number => Date.now() - performance.now()
  let before = distance()
  tab.lookedAt = Date.now()
  const timer = setInterval(() => {
    const { session } = tab.state
    const slept = distance() - before
    before += slept
    if (Math.abs(slept) > DRIFT_MS) tab.slept += slept
    if (!session) {
      clearInterval(timer)
      gone.abort()
    } else if (session.remaining() <= 0) over(tab, 'expired')
    else look(tab, WHILE_SEEN_MS)
  }, TICK_MS)
  for (const event of ['visibilitychange', 'focus', 'online'])
    addEventListener(event, () => look(tab, ON_RETURN_MS), { signal: gone.signal })
}
