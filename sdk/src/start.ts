import type { ImpersonationError } from './impersonation-error.ts'
import type { ImpersonationSession } from './impersonation.ts'
import { takeLink } from './link.ts'
import type { Page } from './page.ts'
import { left } from './token-store.ts'

/**
 * Cleans the address before its first `await`, and loads what an impersonation needs only when there
 * is one: a link that led here, or what an earlier page of this tab left.
 *
 * @throws ImpersonationError
 */
export async function start(page: Page): Promise<ImpersonationSession | null> {
  page.link ??= takeLink(page.options.callbackPath)
  try {
    // In somebody else's page a click could be stolen.
    if (window.top !== window.self) {
      if (page.link) throw page.problem('FRAMED')
      return null
    }
    let kept = left(page.store)
    if (typeof kept === 'string') {
      page.link ??= kept
      page.store.write((kept = null))
    }
    const { link } = page
    if (!link && !kept) return null
    // Who opened this page may lead it elsewhere, but not see it.
    if (link) window.opener = null
    page.become('pending')
    const { arrive } = await import('./arrival.ts').catch((cause: unknown) => {
      // Chromium remembers that a module could not be loaded: what may help is a reload, which
      // finds a clean address.
      if (!kept && typeof link === 'string') page.store.write(JSON.stringify(link))
      throw page.problem('ISSUER_UNREACHABLE', cause, true)
    })
    return await arrive(page, link, kept)
  } catch (problem) {
    if (page.state.status === 'ended') return null
    page.kept = null
    page.become('error', { error: problem as ImpersonationError })
    throw problem
  }
}
