import { hash } from 'node:crypto'
import type { AuditEventRow } from './schema.ts'

/**
 * hash(n) = SHA-256(hash(n−1) ‖ UTF-8 of a JSON array without white space: the sequence number and
 * the columns of the event in this order, `details` as the text it is kept as). Personal data is not
 * part of it. docs/explanation/evidence.md tells others how to compute it.
 */
export function linkHash(previous: string, seq: number, event: AuditEventRow): string {
  const bytes = Buffer.from(
    JSON.stringify([
      seq,
      event.id,
      event.at,
      event.action,
      event.outcome,
      event.code,
      event.actor,
      event.service,
      event.subject,
      event.organization,
      event.app,
      event.impersonation,
      event.request_id,
      event.details,
    ]),
  )
  return hash('sha256', Buffer.concat([Buffer.from(previous, 'base64url'), bytes]), 'base64url')
}
