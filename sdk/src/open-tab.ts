import { guardedFetch } from './guarded-fetch.ts'
import { createIssuer } from './issuer.ts'
import { clock } from './monotonic-clock.ts'
import type { Page, Running } from './page.ts'
import { freshToken } from './renewal.ts'
import { hasLocks, joinTabs } from './tab-lock.ts'
import type { TabSession } from './tab-session.ts'
import { hold, letGo, over } from './tab-session.ts'
import type { Kept } from './token-store.ts'

/** Joins the other tabs, and is ready to run an impersonation. */
export function openTab(page: Page): TabSession {
  const tab: TabSession = Object.assign(page, {
    issuer: createIssuer(page),
    others: joinTabs(page, ({ kept, ended }) => {
      if (kept) hold(page, kept)
      else if (ended) letGo(page, ended === 'ended_here' ? 'ended_elsewhere' : ended)
      else tab.lookedAt = Date.now()
    }),
    slept: 0,
    lookedAt: 0,
    renewing: null,
    running: {
      freshToken: () => freshToken(tab),
      fetch: (request, accessToken) => guardedFetch(tab, request, accessToken),
      end: () => end(tab),
    } satisfies Running,
  })
  return tab
}

/** Takes up what an earlier page left, unless another tab goes on with it and there are no turns. */
export async function resume(tab: TabSession, kept: Kept): Promise<void> {
  // The clock went on with the browser; if somebody turned that, it is not to be trusted.
  tab.kept = kept.at > clock() ? { ...kept, staleAt: 0, ownStaleAt: 0 } : kept
  if (!hasLocks() && (await tab.others.ask(kept.id))) {
    hold(tab, null)
    throw tab.problem('OTHER_TAB')
  }
}

/** Over here at once, then at the issuer; then this tab is led to where the app wants it. */
async function end(tab: TabSession): Promise<void> {
  const { kept, options, state } = tab
  const { session } = state
  if (!kept || !session) return
  over(tab, 'ended_here')
  await tab.issuer.end(kept)
  const { returnTo } = options
  try {
    const target = typeof returnTo === 'function' ? returnTo(session) : returnTo
    const { href } = new URL(target ?? 'about:', location.href)
    if (/^https?:/.test(href)) location.replace(href)
  } catch (error) {
    reportError(error)
  }
}
