import type { Account, Consent } from '../impersonation/account.ts'
import type { App } from '../impersonation/app.ts'
import type { Page, PageRequest } from './page.ts'

export interface AccountFilter {
  /**
   * Part of an e-mail, a name, an organisation's name or an id; case does not matter. One or two
   * characters may be taken as the beginning of a word only.
   */
  readonly q?: string | undefined
  readonly status?: Account['status'] | undefined
  readonly role?: string | undefined
  /** Id of an organisation. */
  readonly organization?: string | undefined
}

/** The host's accounts, apps and consents, as they are now. Ids are exact and case-sensitive. */
export interface Directory {
  findAccount(sub: string): Promise<Account | undefined>
  findApp(clientId: string): Promise<App | undefined>
  /** The record, also when it was revoked. */
  findConsent(sub: string, clientId: string): Promise<Consent | undefined>
  searchAccounts(filter: AccountFilter, page: PageRequest): Promise<Page<Account>>
  /** How many match, at most `atMost`; `null` where telling would take much longer than a page does. */
  countAccounts?(filter: AccountFilter, atMost: number): Promise<number | null>
  listApps(page: PageRequest): Promise<Page<App>>
  listConsents(sub: string): Promise<Consent[]>
  /** Whether an enabled single-page app has a redirect URI at this origin (RFC 6454). */
  hasAppAt(origin: string): Promise<boolean>
}
