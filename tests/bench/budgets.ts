import type { Operation } from './peer.ts'

export interface Comparison {
  readonly operation: Operation
  readonly against: string
  /** smallest ratio that keeps the promise; none where the two are not the same operation */
  readonly budget?: number
  /** what the same ratio shall become */
  readonly later?: number
}

export const SUBJECT = 'Understudy'

/** The rows of the budget table that a run against the three baselines can show. */
export const COMPARISONS: readonly Comparison[] = [
  { operation: 'start', against: 'Better Auth', budget: 10 },
  { operation: 'start', against: 'plain oidc-provider', budget: 0.4 },
  { operation: 'start', against: 'bare Koa + SQLite', budget: 0.75 },
  { operation: 'refresh', against: 'plain oidc-provider', budget: 0.6, later: 0.75 },
  { operation: 'refresh', against: 'Better Auth' },
  { operation: 'introspect', against: 'plain oidc-provider', budget: 0.85, later: 0.95 },
  { operation: 'introspect', against: 'Better Auth' },
  { operation: 'clientCredentials', against: 'plain oidc-provider' },
]
