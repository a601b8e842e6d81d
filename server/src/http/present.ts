import type { Account, Consent } from '../impersonation/account.ts'
import type { App } from '../impersonation/app.ts'
import type { AuditEvent } from '../impersonation/audit-event.ts'
import type { CountedPage } from '../operations/counted-page.ts'
import type { DescribedImpersonation } from '../operations/describe-impersonation.ts'
import type { Statistics } from '../operations/read-statistics.ts'
import type {
  AppShape,
  AuditEventShape,
  ConsentShape,
  ImpersonationShape,
  StatisticsShape,
  UserShape,
} from './wire.ts'

const time = (at: number): string => new Date(at).toISOString()
const timeOrNull = (at: number | null): string | null => (at === null ? null : time(at))

export const presentPage = <Item, Shape>(
  page: CountedPage<Item>,
  present: (item: Item) => Shape,
): { items: Shape[]; next_cursor: string | null; total?: number | null } => ({
  items: page.items.map(present),
  next_cursor: page.nextCursor,
  ...(page.total !== undefined && { total: page.total }),
})

export function presentImpersonation(described: DescribedImpersonation): ImpersonationShape {
  const { impersonation, actor, subject, app } = described
  const { id, mode, reason, ticket, ended } = impersonation
  return {
    id,
    actor: { sub: actor.sub, email: actor.email, name: actor.name },
    subject: { sub: subject.sub, email: subject.email, name: subject.name },
    app: { client_id: app.clientId, name: app.name },
    mode,
    reason,
    ticket,
    status: ended === null ? 'active' : 'ended',
    started_at: time(impersonation.startedAt),
    expires_at: time(impersonation.expiresAt),
    ended_at: ended === null ? null : time(ended.at),
    ended_by: ended?.by ?? null,
    end_reason: ended?.reason ?? null,
  }
}

export const presentUser = (account: Account): UserShape => ({
  sub: account.sub,
  email: account.email,
  name: account.name,
  organization: account.organization,
  roles: [...account.roles],
  status: account.status,
  last_login_at: timeOrNull(account.lastLoginAt),
})

export const presentApp = (app: App): AppShape => ({
  client_id: app.clientId,
  name: app.name,
  type: app.type,
  enabled: app.enabled,
  require_consent: app.requireConsent,
  redirect_uris: [...app.redirectUris],
})

export const presentConsent = (consent: Consent): ConsentShape => ({
  app: consent.app,
  scope: consent.scope,
  granted_at: time(consent.grantedAt),
  revoked_at: timeOrNull(consent.revokedAt),
})

export const presentStatistics = (statistics: Statistics): StatisticsShape => ({
  active: statistics.active,
  started_24h: statistics.startedLastDay,
  ended_24h: statistics.endedLastDay,
  denied_24h: statistics.deniedLastDay,
  users: statistics.users,
  by_day: statistics.byDay.map(({ day, ...counts }) => ({
    day: time(day).slice(0, 10),
    ...counts,
  })),
  audit_verified: statistics.auditVerified && {
    ...statistics.auditVerified,
    at: time(statistics.auditVerified.at),
  },
})

export type BareAuditEventShape = Omit<AuditEventShape, 'ip' | 'user_agent' | 'details'>

/** Without what is personal, and without its details. */
export const presentBareAuditEvent = (
  event: Omit<AuditEvent, 'ip' | 'userAgent' | 'details'>,
): BareAuditEventShape => ({
  seq: event.seq,
  id: event.id,
  at: time(event.at),
  action: event.action,
  outcome: event.outcome,
  code: event.code,
  actor: event.actor,
  s2s_client: event.service,
  subject: event.subject,
  organization: event.organization,
  app: event.app,
  impersonation: event.impersonation,
  request_id: event.requestId,
})

/** In the order of contract §5, which is that of the columns of an export. */
export function presentAuditEvent(event: AuditEvent): AuditEventShape {
  const { request_id, ...bare } = presentBareAuditEvent(event)
  const { ip, userAgent: user_agent, details } = event
  return { ...bare, ip, user_agent, request_id, details }
}
