import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import { z } from 'zod'
import { auditActions } from '../../impersonation/audit-event.ts'
import { exportAuditEvents, listAuditEvents } from '../../operations/read-audit-trail.ts'
import type { AuditFilter } from '../../ports/audit-trail.ts'
import type { Endpoint } from '../endpoint.ts'
import { endpoint } from '../endpoint.ts'
import { id, instant, pageOf, paging } from '../parameters.ts'
import { presentAuditEvent, presentPage } from '../present.ts'

const filter = {
  from: instant.optional(),
  to: instant.optional(),
  action: z.enum(auditActions).optional(),
  actor: id.optional(),
  subject: id.optional(),
  app: id.optional(),
  impersonation: id.optional(),
  outcome: z.enum(['success', 'denied', 'failure']).optional(),
}

interface ListQuery extends AuditFilter {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

interface ExportQuery extends AuditFilter {
  readonly format: 'csv' | 'ndjson'
}

const listQuery: z.ZodType<ListQuery> = z.strictObject({ ...filter, ...paging })
const exportQuery: z.ZodType<ExportQuery> = z.strictObject({
  ...filter,
  format: z.enum(['csv', 'ndjson']),
})

async function* toLines(rows: AsyncIterable<object>): AsyncIterable<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`
}

async function* toRows(
  events: Awaited<ReturnType<typeof exportAuditEvents>>,
): AsyncIterable<ReturnType<typeof presentAuditEvent>> {
  for await (const event of events) yield presentAuditEvent(event)
}

/** A cell that begins like a formula would be run by a spreadsheet (CWE-1236). */
const toCsv = (rows: AsyncIterable<object>): Readable =>
  Readable.from(rows).pipe(
    stringify({
      header: true,
      escape_formulas: true,
      record_delimiter: 'windows',
      cast: { object: (value) => JSON.stringify(value) },
    }),
  )

export const auditEndpoints: readonly Endpoint[] = [
  endpoint<undefined, ListQuery>({
    method: 'get',
    path: '/audit-events',
    summary: 'List audit events, newest first',
    access: 'read_audit',
    query: listQuery,
    answers: { 200: 'auditEvents' },
    async handle({ ports, service, query, origin }) {
      const { cursor: _cursor, limit: _limit, ...wanted } = query
      const found = await listAuditEvents(ports, service, wanted, pageOf(query), origin)
      return { status: 200, body: presentPage(found, presentAuditEvent) }
    },
  }),
  endpoint<undefined, ExportQuery>({
    method: 'get',
    path: '/audit-events/export',
    summary: 'Export all audit events that match, as a stream',
    access: 'read_audit',
    query: exportQuery,
    media: ['text/csv', 'application/x-ndjson'],
    answers: { 200: 'auditExport' },
    async handle({ ports, service, query, origin }) {
      const { format, ...wanted } = query
      const rows = toRows(await exportAuditEvents(ports, service, wanted, origin))
      const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson'
      const headers = {
        'Content-Type': type,
        'Content-Disposition': `attachment; filename="audit-events.${format}"`,
      }
      const body = format === 'csv' ? toCsv(rows) : Readable.from(toLines(rows))
      return { status: 200, headers, body }
    },
  }),
]
