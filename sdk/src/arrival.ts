import { confirmInDialog } from './confirm-dialog.ts'
import type { ImpersonationError } from './impersonation-error.ts'
import type { ImpersonationSession } from './impersonation.ts'
import { openTab, resume } from './open-tab.ts'
import type { Page } from './page.ts'
import { read } from './renewal.ts'
import { sessionOf } from './session-shape.ts'
import type { TabSession } from './tab-session.ts'
import { keep } from './tab-session.ts'
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
  const tab = page.running ? (page as TabSession) : openTab(page)
  await visible()
  let session: ImpersonationSession | null = null
  let error: ImpersonationError | null = null
  try {
    if (typeof link === 'string') session = await redeem(tab, link, left)
    else if (link) throw link
  } catch (problem) {
    error = problem as ImpersonationError
    // What nobody threw on purpose comes from an answer that is not what the issuer promises.
    if (!error.hint) error = page.problem('ISSUER_FAILED', error)
    // A bad link must not take away what runs here.
    if (!left) throw error
  }
  if (!session) {
    if (!left) return null
    await resume(tab, left)
    session = await read(tab)
  }
  page.hasRun = true
  page.become('active', { session, error })
  watch(tab)
  return session
}

/** @returns `null` when what ran here before goes on */
async function redeem(
  tab: TabSession,
  link: string,
  left: Kept | null,
): Promise<ImpersonationSession | null> {
  const { issuer } = tab
  const { ownSession, confirm = confirmInDialog } = tab.options
  const fresh = await issuer.grant(link)
  // It is good once: whoever starts again must not use it up again, which ends everything.
  tab.link = tab.problem('LINK_SPENT')
  let isWelcome = false
  try {
    const session = sessionOf(await issuer.read(fresh), () => tab.kept ?? fresh)
    const isTaken = ownSession?.() === true || (left && !(await issuer.read(left)).isOver)
    isWelcome =
      !isTaken ||
      // What throws did not say yes.
      (await Promise.resolve(session).then(confirm).catch(reportError)) === true
    if (isWelcome) {
      if (left) await issuer.end(left)
      keep(tab, fresh)
      return session
    }
  } finally {
    if (!isWelcome) await issuer.end(fresh)
  }
  if (left) return null
  throw tab.problem('SWITCH_DECLINED')
}

/** Nothing happens for a page that nobody sees: prerendered, or in the background. */
async function visible(): Promise<void> {
  while (document.visibilityState !== 'visible')
    await new Promise((resolve) => {
      document.addEventListener('visibilitychange', resolve, { once: true })
    })
}
