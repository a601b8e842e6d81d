import type { Mode } from './impersonation.ts'

/** Somebody who can sign in: subject of an impersonation, or its actor. */
export interface Account {
  readonly sub: string
  readonly email: string
  readonly name: string
  readonly organization: { readonly id: string; readonly name: string } | null
  /** Any role at all means staff. */
  readonly roles: readonly string[]
  readonly status: 'active' | 'disabled'
  /** Epoch milliseconds. */
  readonly lastLoginAt: number | null
}

/** What an account allowed an app to do. */
export interface Consent {
  readonly app: string
  /** Space-separated, RFC 6749 §3.3. */
  readonly scope: string
  /** `read_only` where they have allowed staff to look and nothing else; default `full`. */
  readonly mode?: Mode
  /** Epoch milliseconds. */
  readonly grantedAt: number
  readonly revokedAt: number | null
}

export const isActive = (account: Account | undefined): account is Account =>
  account?.status === 'active'

export const isStaff = (account: Account): boolean => account.roles.length > 0
