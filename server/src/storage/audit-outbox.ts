import type { AuditEvent } from '../impersonation/audit-event.ts'
import type { Intent, Query } from './statement.ts'

/**
 * Ends never wait for the audit trail: their events lie here until they could be written there.
 * The id of the event makes moving it idempotent.
 */
export const outboxIntent = (
  insert: (args: { id: string; event: string }) => Query<unknown>,
  event: AuditEvent,
): Intent => insert({ id: event.id, event: JSON.stringify(event) })

export const fromOutbox = (row: { event: string }): AuditEvent =>
  JSON.parse(row.event) as AuditEvent
