import type { Settings } from '../index.ts'

/**
 * The operators' desk: who may impersonate, and under which conditions.
 *
 * Each key of `S2sConfig` can be overridden by an environment variable of the same name in capitals
 * (`impersonationRoles` → `IMPERSONATION_ROLES=super_admin,support_admin`). A restart applies it.
 * An unknown role, an unknown key or an impossible value stops the start with a line that names it.
 * Every key is explained in docs/reference/configuration.md.
 */

/** Roles an account can hold. Holding any of them means "staff". To add a role, add a line here. */
export const Role = {
  SuperAdmin: 'super_admin',
  SupportAdmin: 'support_admin',
  SupportAgent: 'support_agent',
  OrgAdmin: 'org_admin',
} as const

export const S2sConfig: Settings = Object.freeze({
  /** Who may impersonate: a role, or `{ role, within: 'organization' }` for its own members only. */
  impersonationRoles: [Role.SuperAdmin],
  /** Clients whose access tokens are accepted as `impersonatorToken`. */
  impersonatorClients: ['admin-panel'],
  /** Services that may start impersonations; `null` means every service with the scope `root`. */
  impersonationServices: null,
  /** Absolute life of an impersonation in seconds, at most 3600. */
  impersonationSeconds: 1800,
  /** Life of its access and ID tokens in seconds, at most 300. */
  accessTokenSeconds: 300,
  /** `read_only` or `full`, when the caller names no mode. */
  defaultMode: 'read_only',
  /** Whether the login of the administrator must have used a second factor … */
  requireMfa: true,
  /** … and how many seconds ago that may be. */
  mfaMaxAgeSeconds: 300,
  /** Whether a reason of at least 10 characters must be given. */
  requireReason: false,
  /** Regular expression that a ticket must match wholly, or `null`. */
  ticketPattern: null,
  /** Whether the links carry their parameters in the `query` or in the `fragment`. */
  linkParameters: 'query',
  /** Whether accounts that hold a role may be impersonated. Leave it off. */
  impersonateAdmins: false,
  /** Whether the customer is told by mail: `never`, at the `start`, at the `end`, or at `both`. */
  notifySubject: 'never',
  /** Starts one administrator may make in 10 minutes. */
  startsPerActor: 120,
  /** Dry runs one administrator may make in 10 minutes. */
  checksPerActor: 600,
  /** Starts and dry runs one service may ask one node for in a minute. */
  startsPerService: 600,
})
