import { confirmInDialog } from './confirm-dialog.ts'
import { ImpersonationError } from './impersonation-error.ts'
import type { ImpersonationSession } from './impersonation.ts'
import type { ImpersonationOptions } from './options.ts'
import { sessionOf } from './session-shape.ts'
import type { TabSession } from './tab-session.ts'
import type { Kept } from './token-store.ts'

/**
 * What a page begins with: the impersonation of the link that led here, else the one that an earlier
 * page of this tab left, else none.
 *
 * @throws ImpersonationError
 */
export async function arrive(
  tab: TabSession,
  options: ImpersonationOptions,
  link: string | ImpersonationError | null,
): Promise<ImpersonationSession | null> {
  const left = tab.left()
  if (!link && !left) return null
  tab.set({ status: 'pending', session: null, error: null })
  await visible()
  let error: ImpersonationError | null = null
  try {
    if (link instanceof ImpersonationError) throw link
    const session = link && (await redeem(tab, options, link, left))
    if (session) return active(tab, session)
  } catch (problem) {
    // A bad link must not take away what runs here.
    if (!left) throw problem
    error = problem as ImpersonationError
  }
  if (!left) return null
  await tab.resume(left)
  return active(tab, await tab.read(), error)
}

function active(
  tab: TabSession,
  session: ImpersonationSession,
  error: ImpersonationError | null = null,
): ImpersonationSession {
  tab.hasRun = true
  tab.set({ status: 'active', session, error })
  return session
}

/** @returns `null` when what ran here before goes on */
async function redeem(
  tab: TabSession,
  { ownSession, confirm = confirmInDialog }: ImpersonationOptions,
  link: string,
  left: Kept | null,
): Promise<ImpersonationSession | null> {
  const fresh = await tab.issuer.grant(link)
  let isWelcome = false
  try {
    const session = sessionOf(await tab.issuer.read(fresh), () => tab.kept ?? fresh)
    const isOver = async (kept: Kept): Promise<boolean> =>
      (await tab.issuer.read(kept)).body['code'] === 'IMPERSONATION_ENDED'
    const isTaken = ownSession?.() === true || (left && !(await isOver(left)))
    isWelcome = !isTaken || (await confirm(session))
    if (isWelcome) {
      if (left) await tab.issuer.end(left)
      tab.take(fresh)
      return session
    }
  } finally {
    if (!isWelcome) await tab.issuer.end(fresh)
  }
  if (left) return null
  throw new ImpersonationError('SWITCH_DECLINED')
}

/** Nothing happens for a page that nobody sees: prerendered, or in the background. */
const visible = (): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (document.visibilityState !== 'visible') return
      document.removeEventListener('visibilitychange', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    look()
  })
