import { setImmediate as immediate } from 'node:timers/promises'
import { sql } from 'kysely'
import type { AuditAction, AuditEvent } from '../impersonation/audit-event.ts'
import type { AuditFilter, AuditTrail, Timeline } from '../ports/audit-trail.ts'
import { MOST_REPEATED, repeatedActions } from '../ports/audit-trail.ts'
import type { Page } from '../ports/page.ts'
import { matching } from './audit-filter.ts'
import { fromOutbox } from './audit-outbox.ts'
import { joinSearched, splitSearched } from './audit-searched.ts'
import type { AuditRow } from './audit-statements.ts'
import { auditStatements, selectEvents } from './audit-statements.ts'
import type { Database } from './database.ts'
import { keyOf, toPage } from './page.ts'
import type { Intent } from './statement.ts'
import type { Writer } from './unit-of-work.ts'

const OUTBOX_BATCH = 50
const STREAM_PAGE = 100

type Statements = ReturnType<typeof auditStatements>

export function createAuditTrail(database: Database, writer: Writer): AuditTrail {
  const statements = auditStatements(database)
  const listeners = new Set<(event: AuditEvent) => void>()
  const tell = (event: AuditEvent): void => {
    for (const listener of listeners) listener(event)
  }
  const list: AuditTrail['list'] = async (filter, page) => {
    const query = selectEvents(database, filter, keyOf(page)).limit(page.limit + 1)
    const rows = await database.rows<AuditRow>(query.compile())
    return toPage(rows, page, (row) => row.id, toEvent)
  }

  return {
    record(event, email = null) {
      const onApplied = (): void => {
        tell(event)
      }
      return writer.write([{ ...insertion(statements, event, email), onApplied }])
    },
    list,

    count: (filter, atMost) => count(database, filter, atMost),

    timeline: (impersonation) => timeline(database, impersonation),

    async *stream(filter) {
      let cursor: string | null = null
      do {
        const page: Page<AuditEvent> = await list(filter, { cursor, limit: STREAM_PAGE })
        yield* page.items
        cursor = page.nextCursor
        // A reader that is fast enough would keep everybody else waiting.
        await immediate()
      } while (cursor !== null)
    },

    observe(listener) {
      listeners.add(listener)
    },

    flush: () => flushOutbox(database, statements, tell),
  }
}

async function count(database: Database, filter: AuditFilter, atMost: number): Promise<number> {
  // Several counts in one turn would be a pause for everybody else.
  await immediate()
  const some = database.kysely.selectFrom('audit_event').select('id').limit(atMost)
  const query = sql<{ n: number }>`select count(*) as n
    from (${some.where(matching(database, filter))}) as counted`
  const [row] = await database.rows<{ n: number }>(query.compile(database.kysely))
  return row?.n ?? 0
}

async function timeline(database: Database, impersonation: string): Promise<Timeline> {
  const read = async (query: ReturnType<typeof selectEvents>): Promise<AuditEvent[]> =>
    (await database.rows<AuditRow>(query.compile())).map(toEvent)
  const all = selectEvents(database, { impersonation }, null)
  const newest = await read(all.limit(MOST_REPEATED))
  if (newest.length < MOST_REPEATED) return { events: newest.toReversed(), isTruncated: false }
  // Who makes as many requests as they like must not hide anything else behind them.
  const events = await read(all.where('audit_event.action', 'not in', repeatedActions))
  let isTruncated = false
  for (const action of repeatedActions) {
    const repeated = selectEvents(database, { impersonation, action }, null)
    const found = await read(repeated.limit(MOST_REPEATED + 1))
    isTruncated ||= found.length > MOST_REPEATED
    events.push(...found.slice(0, MOST_REPEATED))
  }
  return { events: events.toSorted((a, b) => (a.id < b.id ? -1 : 1)), isTruncated }
}

function insertion(statements: Statements, event: AuditEvent, email: string | null): Intent {
  const { id, requestId, ip, userAgent } = event
  const { details, searched } = splitSearched(event.details)
  return {
    ...statements.insert({ ...event, request_id: requestId, details: JSON.stringify(details) }),
    // Nothing personal without its event: an event moved twice from the outbox is written once.
    followedBy: [
      statements.insertPerson({ event: id, ip, user_agent: userAgent, email, searched }),
    ],
  }
}

async function flushOutbox(
  database: Database,
  statements: Statements,
  tell: (event: AuditEvent) => void,
): Promise<void> {
  for (;;) {
    const rows = await database.rows(statements.readOutbox({ limit: OUTBOX_BATCH }))
    if (rows.length === 0) return
    const events = rows.map(fromOutbox)
    await database.apply(
      events.flatMap((event) => [
        insertion(statements, event, null),
        statements.deleteOutbox({ id: event.id }),
      ]),
    )
    events.forEach(tell)
  }
}

function toEvent(row: AuditRow): AuditEvent {
  return {
    seq: row.seq,
    id: row.id,
    at: row.at,
    action: row.action as AuditAction,
    outcome: row.outcome,
    code: row.code,
    actor: row.actor,
    service: row.service,
    subject: row.subject,
    organization: row.organization,
    app: row.app,
    impersonation: row.impersonation,
    ip: row.ip,
    userAgent: row.user_agent,
    requestId: row.request_id,
    details: joinSearched({
      details: JSON.parse(row.details) as AuditEvent['details'],
      searched: row.searched,
    }),
  }
}
