import type { Impersonation } from '../impersonation.ts'
import { showEnd } from './ended.ts'
import { en } from './messages/en.ts'
import type { BannerOptions } from './options.ts'
import { show } from './shown.ts'
import { dress } from './styles.ts'

/** Lets a shadow root follow an impersonation. Returns what takes the banner away again. */
export function follow(
  root: ShadowRoot,
  impersonation: Impersonation,
  { messages = en, returnTo = '/', favicon }: BannerOptions = {},
): () => void {
  dress(root)
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
  return () => {
    unsubscribe()
    stop()
  }
}
