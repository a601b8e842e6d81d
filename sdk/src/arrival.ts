import { confirmInDialog } from './confirm-dialog.ts'
import { ImpersonationError } from './impersonation-error.ts'
import type { ImpersonationSession } from './impersonation.ts'
import type { Page } from './page.ts'
import { become } from './page.ts'
import { sessionOf } from './session-shape.ts'
import { TabSession } from './tab-session.ts'
import type { Kept } from './token-store.ts'
import { watch } from './wake.ts'

/**
 * What a page begins with: the impersonation of the link that led here, else the one that an earlier
 * page of this tab left, else none.
 *
 * @throws ImpersonationError
 */
export async function arrive(
  page: Page,
  link: string | ImpersonationError | null,
  left: Kept | null,
): Promise<ImpersonationSession | null> {
  // A second try goes on with what the first one opened.
  const tab = page.running instanceof TabSession ? page.running : new TabSession(page)
  page.running = tab
  const begin = (
    session: ImpersonationSession,
    error: ImpersonationError | null = null,
  ): ImpersonationSession => {
    page.hasRun = true
    become(page, 'active', { session, error })
    watch(page, tab)
    return session
  }
  await visible()
  let error: ImpersonationError | null = null
  try {
    if (link instanceof ImpersonationError) throw link
    const session = link && (await redeem(page, tab, link, left))
    if (session) return begin(session)
  } catch (problem) {
    // What nobody threw on purpose comes from an answer that is not what the issuer promises.
    const isTyped = problem instanceof ImpersonationError
    error = isTyped ? problem : new ImpersonationError('ISSUER_FAILED', problem)
    // A bad link must not take away what runs here.
    if (!left) throw error
  }
  if (!left) return null
  await tab.resume(left)
  return begin(await tab.read(), error)
}

/** @returns `null` when what ran here before goes on */
async function redeem(
  page: Page,
  tab: TabSession,
  link: string,
  left: Kept | null,
): Promise<ImpersonationSession | null> {
  const { issuer } = tab
  const { ownSession, confirm = confirmInDialog } = page.options
  const fresh = await issuer.grant(link)
  // It is good once: whoever starts again must not use it up again, which ends everything.
  page.link = new ImpersonationError('LINK_SPENT')
  let isWelcome = false
  try {
    const session = sessionOf(await issuer.read(fresh), () => tab.kept ?? fresh)
    const isOver = async (kept: Kept): Promise<boolean> =>
      (await issuer.read(kept)).body['code'] === 'IMPERSONATION_ENDED'
    const isTaken = ownSession?.() === true || (left && !(await isOver(left)))
    isWelcome =
      !isTaken ||
      // What throws did not say yes.
      (await Promise.resolve(session).then(confirm).catch(reportError)) === true
    if (isWelcome) {
      if (left) await issuer.end(left)
      tab.take(fresh)
      return session
    }
  } finally {
    if (!isWelcome) await issuer.end(fresh)
  }
  if (left) return null
  throw new ImpersonationError('SWITCH_DECLINED')
}

/** Nothing happens for a page that nobody sees: prerendered, or in the background. */
async function visible(): Promise<void> {
  while (document.visibilityState !== 'visible')
    await new Promise((resolve) => {
      document.addEventListener('visibilitychange', resolve, { once: true })
    })
}
