import type { Impersonation } from '../impersonation.ts'
import { showEnd } from './ended.ts'
import { en } from './messages/en.ts'
import type { BannerOptions, MountedBanner } from './options.ts'
import { show } from './shown.ts'
import { shadow } from './styles.ts'

/** Lets a host element follow an impersonation. */
export function follow(
  host: HTMLElement,
  impersonation: Impersonation,
  { messages = en, returnTo = '/', favicon }: BannerOptions = {},
): MountedBanner {
  const root = shadow(host)
  let shown: string | undefined
  let stop = (): void => {}
  const render = (): void => {
    const { status, session, reason = 'ended_here' } = impersonation.state
    const active = status === 'active' ? session : null
    const next = active?.id ?? status
    if (next === shown) return
    shown = next
    stop()
    stop = (): void => {}
    if (active) stop = show(root, impersonation, active, messages, favicon)
    else if (status === 'ended') stop = showEnd(root, messages, reason, returnTo)
  }
  const unsubscribe = impersonation.subscribe(render)
  render()
  return {
    unmount() {
      unsubscribe()
      stop()
    },
  }
}

/**
 * Shows the banner while the impersonation is active, and the page that says it ended afterwards.
 * Reports to the impersonation whether the banner can be seen; without it no access token is handed out.
 *
 * @param impersonation what `createImpersonation` gave.
 * @param options language, way back, icon.
 * @returns what takes the banner away again.
 */
export const mountBanner = (impersonation: Impersonation, options?: BannerOptions): MountedBanner =>
  follow(document.createElement('impersonation-banner'), impersonation, options)
