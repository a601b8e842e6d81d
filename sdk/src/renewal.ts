import type { ImpersonationError } from './impersonation-error.ts'
import type { ImpersonationSession } from './impersonation.ts'
import { clock } from './monotonic-clock.ts'
import { sessionOf } from './session-shape.ts'
import type { TabSession } from './tab-session.ts'
import { keep, over } from './tab-session.ts'
import type { Kept } from './token-store.ts'

function current({ kept, problem }: TabSession): Kept {
  if (!kept) throw problem('IMPERSONATION_ENDED')
  return kept
}

/** An access token that is good for a while. */
export async function freshToken(tab: TabSession): Promise<string> {
  const { staleAt, accessToken } = current(tab)
  if (staleAt < clock()) await renew(tab, accessToken)
  return current(tab).accessToken
}

/** One renewal for all tabs; nothing when that token is not a current one. */
export async function renew(tab: TabSession, stale: string): Promise<void> {
  const { id } = current(tab)
  const isDone = (): boolean => {
    const { accessToken, ownToken } = current(tab)
    return accessToken !== stale && ownToken !== stale
  }
  while (tab.renewing) {
    const { of, done } = tab.renewing
    if (of === stale) return done
    // What becomes of the other token is not this one's.
    await done.catch(() => {})
  }
  if (isDone()) return
  const done = tab.others
    .alone(id, async () => {
      if (isDone()) return
      await tab.others.ask(id)
      if (!isDone()) await exchange(tab, stale)
    })
    .catch((error: unknown) => fail(tab, error))
    .finally(() => {
      tab.renewing = null
    })
  tab.renewing = { of: stale, done }
  return done
}

/** The issuer's own token is renewed with the one for the API only if it needs to be. */
async function exchange(tab: TabSession, stale: string): Promise<void> {
  const { resource } = tab.options
  const grant = async (api?: string): Promise<void> => {
    const kept = current(tab)
    const next = await tab.issuer.grant(kept.refreshToken, kept, api)
    // It was ended while the answer was on its way.
    if (!tab.kept) await tab.issuer.end(next)
    current(tab)
    keep(tab, next)
  }
  const { ownToken, ownStaleAt } = current(tab)
  if (!resource || stale === ownToken || ownStaleAt < clock()) await grant()
  if (resource && stale !== ownToken) await grant(resource)
}

/** What can only be the end of it ends it: an answer of no use may come from whatever is in between. */
function fail(tab: TabSession, problem: unknown): never {
  const error = problem as ImpersonationError
  // Only those of this package say anything of that.
  if (error.hint && !error.retryable && error.code !== 'ISSUER_FAILED') {
    const { session } = tab.state
    const isLate = session && session.remaining() <= Math.max(0, tab.slept)
    const isOver = error.code === 'IMPERSONATION_ENDED'
    over(tab, isLate ? 'expired' : 'revoked', isOver ? undefined : error)
  }
  throw error
}

/** Asks the issuer about it. */
export async function read(tab: TabSession): Promise<ImpersonationSession> {
  const { issuer } = tab
  const { ownToken, ownStaleAt } = current(tab)
  if (ownStaleAt < clock()) await renew(tab, ownToken)
  let answer = await issuer.read(current(tab))
  if (answer.status === 401 && !answer.isOver) {
    await renew(tab, current(tab).ownToken)
    answer = await issuer.read(current(tab))
  }
  try {
    return sessionOf(answer, () => tab.kept)
  } catch (error) {
    return fail(tab, error)
  }
}
