import type { ImpersonationError } from './impersonation-error.ts'
import type { EndReason } from './impersonation.ts'
import type { Issuer } from './issuer.ts'
import type { Page } from './page.ts'
import type { Tabs } from './tab-lock.ts'
import type { Kept } from './token-store.ts'

/** What a page has besides, once there is an impersonation. */
export interface TabSession extends Page {
  readonly issuer: Issuer
  readonly others: Tabs
  /** Milliseconds that the steady clock may have missed. */
  slept: number
  /** When this tab or another one last asked whether it lives: of the clock that goes on in sleep. */
  lookedAt: number
  /** Which token is being renewed. */
  renewing: { readonly of: string; readonly done: Promise<void> } | null
}

export function hold(page: Page, kept: Kept | null): void {
  page.kept = kept
  page.store.write(kept && JSON.stringify(kept))
}

/** From now on this tab acts by these tokens, and the others do. */
export function keep(tab: TabSession, kept: Kept): void {
  hold(tab, kept)
  tab.others.tell({ id: kept.id, kept })
}

export function letGo(page: Page, reason: EndReason, error?: ImpersonationError): void {
  hold(page, null)
  if (error) page.become('error', { error })
  else page.become('ended', { reason })
}

/** Over in this tab and, as soon as they hear of it, in the others. */
export function over(tab: TabSession, reason: EndReason, error?: ImpersonationError): void {
  if (!tab.kept) return
  tab.others.tell({ id: tab.kept.id, ended: reason })
  letGo(tab, reason, error)
}
