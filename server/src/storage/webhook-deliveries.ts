import { sql } from 'kysely'
import type { AuditAction, AuditEvent } from '../impersonation/audit-event.ts'
import { EVENT_COLUMNS } from './audit-statements.ts'
import type { Database } from './database.ts'
import type { AuditEventRow } from './schema.ts'
import type { Query } from './statement.ts'
import { prepare } from './statement.ts'
import type { Writer } from './unit-of-work.ts'
import type { WebhookDeliveryRow } from './webhook-row.ts'

/** Something that has happened and was not told to an endpoint yet; times in epoch milliseconds. */
export interface WebhookDelivery {
  readonly endpoint: string
  readonly impersonation: string
  readonly event: 'impersonation.started' | 'impersonation.ended'
  readonly createdAt: number
  readonly attempts: number
}

/** An audit event without what is personal, and without its details. */
export interface BareAuditEvent extends Omit<AuditEvent, 'ip' | 'userAgent' | 'details'> {
  readonly seq: number
}

interface Waiting {
  readonly waiting: number
  readonly oldest: number | null
}

/** Queued by the statement that writes the start or the end; gone when it was told, or given up. */
export interface WebhookDeliveries {
  /** What is due, longest first; never an end before its start. */
  findDue(endpoint: string, now: number, limit: number): Promise<WebhookDelivery[]>
  findOlder(endpoint: string, than: number, limit: number): Promise<WebhookDelivery[]>
  postpone(delivery: WebhookDelivery, until: number): Promise<void>
  remove(delivery: WebhookDelivery): Promise<void>
  /** How many wait, at most `atMost`, and since when the oldest does. */
  count(endpoint: string, atMost: number): Promise<Waiting>
  /** Sealed events after this one, in the order of the chain. */
  auditAfter(seq: number, limit: number): Promise<BareAuditEvent[]>
}

export const createWebhookDeliveries = (database: Database, writer: Writer): WebhookDeliveries => ({
  ...readers(database),
  ...writers(database, writer),
})

function readers(
  database: Database,
): Pick<WebhookDeliveries, 'findDue' | 'findOlder' | 'count' | 'auditAfter'> {
  const { kysely } = database
  const findDue = dueStatement(database)
  return {
    findDue: async (endpoint, now, limit) =>
      (await database.rows(findDue({ endpoint, now, limit }))).map(toDelivery),
    async findOlder(endpoint, than, limit) {
      const query = kysely.selectFrom('webhook_delivery').selectAll()
      const older = query.where('endpoint', '=', endpoint).where('created_at', '<', than)
      const rows = await database.rows<WebhookDeliveryRow>(
        older.orderBy('created_at').limit(limit).compile(),
      )
      return rows.map(toDelivery)
    },
    async count(endpoint, atMost) {
      const query = sql<Waiting>`
        select count(*) as waiting, min(created_at) as oldest from (
          select created_at from webhook_delivery where endpoint = ${endpoint}
          order by created_at limit ${atMost}) as counted`
      const [row] = await database.rows<Waiting>(query.compile(kysely))
      return row ?? { waiting: 0, oldest: null }
    },
    auditAfter: auditReader(database),
  }
}

/** An end waits until its start was told, or given up. */
const dueStatement = ({
  kysely,
}: Database): ((args: {
  endpoint: string
  now: number
  limit: number
}) => Query<WebhookDeliveryRow>) =>
  prepare((slot) =>
    kysely
      .selectFrom('webhook_delivery as due')
      .selectAll()
      .where('endpoint', '=', slot('endpoint'))
      .where('due_at', '<=', slot('now'))
      .where(
        sql<boolean>`(event = 'impersonation.started' or not exists (
          select 1 from webhook_delivery as earlier where earlier.endpoint = due.endpoint
          and earlier.impersonation = due.impersonation
          and earlier.event = 'impersonation.started'))`,
      )
      .orderBy('due_at')
      .limit(slot('limit')),
  )

function auditReader(database: Database): WebhookDeliveries['auditAfter'] {
  const columns = EVENT_COLUMNS.filter((column) => column !== 'details')
  const read = prepare<{ seq: number; limit: number }, BareRow>((slot) =>
    database.kysely
      .selectFrom('audit_seal')
      .innerJoin('audit_event', 'audit_event.id', 'audit_seal.event')
      .select(['audit_seal.seq', ...columns.map((column) => `audit_event.${column}` as const)])
      .where('audit_seal.seq', '>', slot('seq'))
      .orderBy('audit_seal.seq')
      .limit(slot('limit')),
  )
  return async (seq, limit) => (await database.rows(read({ seq, limit }))).map(toBareEvent)
}

type BareRow = Omit<AuditEventRow, 'details'> & { readonly seq: number }

const toBareEvent = ({ request_id: requestId, action, ...row }: BareRow): BareAuditEvent => ({
  ...row,
  action: action as AuditAction,
  requestId,
})

function writers(
  { kysely }: Database,
  writer: Writer,
): Pick<WebhookDeliveries, 'postpone' | 'remove'> {
  return {
    async postpone({ endpoint, impersonation, event, attempts }, until) {
      const update = kysely
        .updateTable('webhook_delivery')
        .set({ due_at: until, attempts: attempts + 1 })
        .where('endpoint', '=', endpoint)
        .where('impersonation', '=', impersonation)
        .where('event', '=', event)
      await writer.write([update.compile()])
    },
    async remove({ endpoint, impersonation, event }) {
      const query = kysely
        .deleteFrom('webhook_delivery')
        .where('endpoint', '=', endpoint)
        .where('impersonation', '=', impersonation)
        .where('event', '=', event)
      await writer.write([query.compile()])
    },
  }
}

const toDelivery = (row: WebhookDeliveryRow): WebhookDelivery => ({
  endpoint: row.endpoint,
  impersonation: row.impersonation,
  event: row.event,
  createdAt: row.created_at,
  attempts: row.attempts,
})
