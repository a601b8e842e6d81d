import type { SelectQueryBuilder } from 'kysely'
import type { AuditFilter } from '../ports/audit-trail.ts'
import { matching } from './audit-filter.ts'
import type { Database } from './database.ts'
import type { AuditEventRow, Schema } from './schema.ts'
import type { Query } from './statement.ts'
import { prepare, rowOf } from './statement.ts'

export type AuditRow = AuditEventRow & {
  readonly seq: number | null
  readonly ip: string | null
  readonly user_agent: string | null
  readonly searched: string | null
}

interface AuditStatements {
  readonly insert: (args: AuditEventRow) => Query<unknown>
  readonly insertPerson: (args: Schema['audit_person']) => Query<unknown>
  readonly readOutbox: (args: { limit: number }) => Query<Schema['audit_outbox']>
  readonly deleteOutbox: (args: { id: string }) => Query<unknown>
}

export const EVENT_COLUMNS = [
  'id',
  'at',
  'action',
  'outcome',
  'code',
  'actor',
  'service',
  'subject',
  'organization',
  'app',
  'impersonation',
  'request_id',
  'details',
] as const

export function auditStatements({ kysely }: Pick<Database, 'kysely'>): AuditStatements {
  return {
    insert: prepare<AuditEventRow>((slot) =>
      kysely
        .insertInto('audit_event')
        .values(rowOf(slot, EVENT_COLUMNS))
        .onConflict((conflict) => conflict.column('id').doNothing()),
    ),
    insertPerson: prepare<Schema['audit_person']>((slot) =>
      kysely
        .insertInto('audit_person')
        .values(rowOf(slot, ['event', 'ip', 'user_agent', 'email', 'searched'])),
    ),
    readOutbox: prepare((slot) =>
      kysely.selectFrom('audit_outbox').selectAll().orderBy('id').limit(slot('limit')),
    ),
    deleteOutbox: prepare((slot) => kysely.deleteFrom('audit_outbox').where('id', '=', slot('id'))),
  }
}

/** Newest first. Ids sort by time, so a range of time is a range of the primary key. */
export function selectEvents(
  database: Pick<Database, 'kysely' | 'dialect'>,
  filter: AuditFilter,
  below: string | null,
): SelectQueryBuilder<Schema, 'audit_event', AuditRow> {
  const query = database.kysely
    .selectFrom('audit_event')
    .where(matching(database, filter))
    .leftJoin('audit_person', 'audit_person.event', 'audit_event.id')
    .leftJoin('audit_seal', 'audit_seal.event', 'audit_event.id')
    .selectAll('audit_event')
    .select([
      'audit_person.ip',
      'audit_person.user_agent',
      'audit_person.searched',
      'audit_seal.seq',
    ])
    .orderBy('audit_event.id', 'desc')
  return below === null ? query : query.where('audit_event.id', '<', below)
}
