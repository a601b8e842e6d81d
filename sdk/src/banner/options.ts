import type { Messages } from './messages.ts'

/** What an app may choose about its banner. */
export interface BannerOptions {
  /** The words; English unless given. */
  readonly messages?: Messages
  /** Where the page shown after the end leads back to; `/` unless given. */
  readonly returnTo?: string
  /** Address of an icon that replaces the page's while impersonating. */
  readonly favicon?: string
}

/** A banner in place. */
export interface MountedBanner {
  /** Takes the banner away and gives the page its title and icon back. */
  unmount(): void
}
