import type { Impersonation } from '../impersonation.ts'
import { en } from './messages/en.ts'
import type { BannerOptions, MountedBanner } from './options.ts'

/**
 * Shows the banner while the impersonation is active, and the page that says it ended afterwards.
 * Reports to the impersonation whether the banner can be seen; without it no access token is handed
 * out. What it is made of is loaded as soon as an impersonation arrives.
 *
 * @param impersonation what `createImpersonation` gave.
 * @param options language, way back, icon.
 * @returns what takes the banner away again.
 */
export function mountBanner(
  impersonation: Impersonation,
  options: BannerOptions = {},
): MountedBanner {
  let isWanted = true
  let isLoading = false
  let stop = (): void => {}
  const load = async (): Promise<void> => {
    if (isLoading || impersonation.state.status === 'idle') return
    isLoading = true
    try {
      const { follow } = await import('./drawing.ts')
      unsubscribe()
      const host = document.createElement('impersonation-banner')
      const root = host.attachShadow({ mode: 'open' })
      if (isWanted) stop = follow(root, impersonation, options.messages ?? en, options)
    } catch (error) {
      // The next change of state tries again; until then no token leaves.
      isLoading = false
      reportError(error)
    }
  }
  const unsubscribe = impersonation.subscribe(() => void load())
  void load()
  return {
    unmount() {
      isWanted = false
      unsubscribe()
      stop()
    },
  }
}
