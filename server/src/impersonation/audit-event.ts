export const auditActions = [
  'impersonation.started',
  'impersonation.denied',
  'impersonation.checked',
  'impersonation.refreshed',
  'impersonation.request',
  'impersonation.write_blocked',
  'impersonation.forbidden_route',
  'impersonation.reuse_detected',
  'impersonation.ended',
  'privilege_violation',
  's2s.auth_failed',
  'rate_limit.exceeded',
  'login.succeeded',
  'login.failed',
  'mfa.succeeded',
  'mfa.failed',
  'mfa.enrolled',
  'mfa.removed',
  'consent.requested',
  'consent.granted',
  'consent.revoked',
  'user.searched',
  'user.viewed',
  'user.created',
  'user.enabled',
  'user.disabled',
  'user.erased',
  'app.created',
  'app.enabled',
  'app.disabled',
  'role.granted',
  'role.revoked',
  'audit.viewed',
  'audit.exported',
  'audit.pruned',
  'audit.verify_failed',
  'database.restored',
  'key.rotated',
  'webhook.added',
  'webhook.removed',
  'webhook.failed',
] as const

export type AuditAction = (typeof auditActions)[number]

export type AuditOutcome = 'success' | 'denied' | 'failure'

/** Where a request came from, as far as the server can know. Personal data but for the request id. */
export interface Origin {
  readonly requestId: string | null
  readonly ip: string | null
  readonly userAgent: string | null
}

/** What happened, before it is given an id and a time. People, apps and impersonations are ids. */
export interface Happening {
  readonly action: AuditAction
  readonly outcome: AuditOutcome
  readonly code?: string | null
  readonly actor?: string | null
  /** `client_id` of the service on whose token it happened. */
  readonly service?: string | null
  readonly subject?: string | null
  readonly organization?: string | null
  readonly app?: string | null
  readonly impersonation?: string | null
  readonly details?: Readonly<Record<string, unknown>>
  /** E-mail as typed by somebody not signed in; kept with the erasable personal data. */
  readonly email?: string
}

/** One line of the audit trail. */
export interface AuditEvent extends Required<Omit<Happening, 'email'>>, Origin {
  /** Position in the sealed chain; `null` until sealed. */
  readonly seq: number | null
  readonly id: string
  /** Epoch milliseconds. */
  readonly at: number
}
