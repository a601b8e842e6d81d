import type { Page } from './page.ts'
import type { TabSession } from './tab-session.ts'

const TICK_MS = 1000
const DRIFT_MS = 5000

/**
 * Looks once a second whether the time is up, and asks the issuer when the page is shown again, or
 * when a machine has slept or a clock was turned: both show in two clocks that no longer agree.
 */
export function watch(page: Page, tab: TabSession): void {
  let checking: Promise<unknown> | null = null
  const ask = (): void => {
    if (tab.kept)
      checking ??= tab
        .read()
        .catch(() => null)
        .finally(() => {
          checking = null
        })
  }
  const shown = (): void => {
    if (document.visibilityState === 'visible') ask()
  }
  const distance = (): number => Date.now() - performance.now()
  let before = distance()
  const timer = setInterval(() => {
    const { session } = page.state
    const slept = distance() - before
    before += slept
    if (Math.abs(slept) > DRIFT_MS) {
      tab.slept += slept
      ask()
    } else if (!session) {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', shown)
    } else if (session.remaining() <= 0) tab.over('expired')
  }, TICK_MS)
  document.addEventListener('visibilitychange', shown)
}
