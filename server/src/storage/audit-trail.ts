import type { AuditAction, AuditEvent } from '../impersonation/audit-event.ts'
import type { AuditFilter, AuditTrail } from '../ports/audit-trail.ts'
import type { PageRequest } from '../ports/page.ts'
import { fromOutbox } from './audit-outbox.ts'
import type { AuditRow } from './audit-statements.ts'
import { auditStatements, selectEvents } from './audit-statements.ts'
import type { Database } from './database.ts'
import { keyOf, toPage } from './page.ts'
import type { Intent } from './statement.ts'
import type { Writer } from './unit-of-work.ts'

const OUTBOX_BATCH = 50
const STREAM_PAGE = 100

export function createAuditTrail(database: Database, writer: Writer): AuditTrail {
  const statements = auditStatements(database)

  const insertion = (event: AuditEvent, email: string | null): Intent[] => [
    {
      ...statements.insert({
        ...event,
        request_id: event.requestId,
        details: JSON.stringify(event.details),
      }),
      // Nothing personal without its event: an event moved twice from the outbox is written once.
      then: [
        statements.insertPerson({
          event: event.id,
          ip: event.ip,
          user_agent: event.userAgent,
          email,
        }),
      ],
    },
  ]
  const list = async (filter: AuditFilter, page: PageRequest): ReturnType<AuditTrail['list']> => {
    const query = selectEvents(database, filter, keyOf(page)).limit(page.limit + 1)
    const rows = await database.rows<AuditRow>(query.compile())
    return toPage(rows, page, (row) => row.id, toEvent)
  }

  return {
    record: (event, email) => writer.write(insertion(event, email ?? null)),
    list,

    async timeline(impersonation) {
      const query = selectEvents(database, { impersonation }, null)
      return (await database.rows<AuditRow>(query.limit(1000).compile())).map(toEvent).reverse()
    },

    async *stream(filter) {
      let cursor: string | null = null
      do {
        const page: Awaited<ReturnType<typeof list>> = await list(filter, {
          cursor,
          limit: STREAM_PAGE,
        })
        yield* page.items
        cursor = page.nextCursor
      } while (cursor !== null)
    },

    async flush() {
      for (;;) {
        const rows = await database.rows(statements.readOutbox({ limit: OUTBOX_BATCH }))
        if (rows.length === 0) return
        await database.apply(
          rows.flatMap((row) => [
            ...insertion(fromOutbox(row), null),
            statements.deleteOutbox({ id: row.id }),
          ]),
        )
      }
    },
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
    details: JSON.parse(row.details) as AuditEvent['details'],
  }
}
