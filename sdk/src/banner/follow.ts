import type { Impersonation } from '../impersonation.ts'
import { showEnd } from './ended.ts'
import type { Messages } from './messages.ts'
import type { BannerOptions } from './options.ts'
import { show } from './shown.ts'
import { dress } from './styles.ts'

/** Lets a shadow root follow an impersonation. Returns what takes the banner away again. */
export function follow(
  root: ShadowRoot,
  impersonation: Impersonation,
  words: Messages,
  { returnTo = '/', favicon }: BannerOptions,
): () => void {
  dress(root)
  let shown: string | undefined
  let stop = (): void => {}
  const end = (): void => void impersonation.end().catch(() => {})
  const report = (visible: boolean): void => impersonation.setBannerVisible(visible)
  const render = (): void => {
    const { status, session, reason = 'ended_here' } = impersonation.state
    const active = status === 'active' ? session : null
    const next = active?.id ?? status
    if (next === shown) return
    shown = next
    stop()
    stop = (): void => {}
    if (active) stop = show(root, words, active, end, report, favicon)
    else if (status === 'ended') stop = showEnd(root, words, reason, returnTo)
  }
  const unsubscribe = impersonation.subscribe(render)
  render()
  return () => {
    unsubscribe()
    stop()
  }
}
