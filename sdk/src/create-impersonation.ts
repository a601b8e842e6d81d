import { createBannerGate } from './banner-gate.ts'
import { ImpersonationError } from './impersonation-error.ts'
import type { Impersonation, ImpersonationSession } from './impersonation.ts'
import type { ImpersonationOptions } from './options.ts'
import { createPage } from './page.ts'
import { start } from './start.ts'

/**
 * Lets a single-page app be impersonated in. Sends nothing and changes nothing before `start()`,
 * which throws an ImpersonationError for a link that is refused; the same is in `state.error`.
 */
export function createImpersonation(options: ImpersonationOptions): Impersonation {
  const page = createPage(options)
  const banner = createBannerGate()
  let starting: Promise<ImpersonationSession | null> | null = null
  let ending: Promise<void> | null = null

  const settled = async (): Promise<unknown> => starting?.catch(() => null)
  const getAccessToken = async (): Promise<string> => {
    await settled()
    const { running, kept, hasRun, state } = page
    if (!running || !kept) {
      const isOver = hasRun || state.status === 'ended'
      throw new ImpersonationError(isOver ? 'IMPERSONATION_ENDED' : 'NOT_IMPERSONATING')
    }
    if (options.requireBanner !== false) await banner.pass()
    return running.freshToken()
  }
  return {
    get state() {
      return page.state
    },
    subscribe(listener) {
      page.listeners.add(listener)
      return () => page.listeners.delete(listener)
    },
    start() {
      starting ??= start(page).catch((error: unknown) => {
        if ((error as ImpersonationError).retryable) starting = null
        throw error
      })
      // It is in the state, too, so nobody has to look at this promise.
      void settled()
      return starting
    },
    getAccessToken,
    async token(fallback) {
      await settled()
      // Once the page has shown the user, whoever is signed in otherwise must not go on in it.
      return page.hasRun ? getAccessToken() : fallback()
    },
    async fetch(input, init) {
      const request = new Request(input, init)
      await settled()
      const { running, hasRun } = page
      return hasRun && running ? running.fetch(request, getAccessToken) : fetch(request)
    },
    end() {
      ending ??= settled()
        .then(() => page.running?.end())
        .finally(() => {
          ending = null
        })
      return ending
    },
    setBannerVisible: banner.report,
  }
}
