import { ImpersonationError } from './impersonation-error.ts'

/** A banner that is mounted reports within a frame or two. */
const PATIENCE_MS = 500

/** Lets nobody pass who could act as somebody else unseen. */
export interface BannerGate {
  readonly report: (visible: boolean) => void
  /** @throws ImpersonationError BANNER_HIDDEN */
  readonly pass: () => Promise<void>
}

/** Waits for the banner's first report, and believes each later one at once. */
export function createBannerGate(): BannerGate {
  let isVisible: boolean | undefined
  let heard = (): void => {}
  const first = new Promise<void>((resolve) => {
    heard = resolve
  })
  return {
    report(visible) {
      isVisible = visible
      heard()
    },
    async pass() {
      if (isVisible === undefined) {
        setTimeout(heard, PATIENCE_MS)
        await first
      }
      if (!isVisible) throw new ImpersonationError('BANNER_HIDDEN')
    },
  }
}
