import { z } from 'zod'
import { auditActions } from '../../impersonation/audit-event.ts'
import { exportAuditEvents } from '../../operations/export-audit-events.ts'
import { listAuditEvents } from '../../operations/read-audit-trail.ts'
import type { AuditFilter } from '../../ports/audit-trail.ts'
import type { Endpoint } from '../endpoint.ts'
import { endpoint } from '../endpoint.ts'
import { exportStream } from '../export-stream.ts'
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

export const auditEndpoints: readonly Endpoint[] = [
  endpoint<undefined, ListQuery>({
    method: 'get',
    path: '/audit-events',
    summary: 'List audit events, newest first',
    access: 'read_audit',
    readsFor: true,
    query: listQuery,
    answers: { 200: 'auditEvents' },
    async handle({ ports, reader, query, origin }) {
      const { cursor: _cursor, limit: _limit, ...wanted } = query
      const found = await listAuditEvents(ports, reader, wanted, pageOf(query), origin)
      return { status: 200, body: presentPage(found, presentAuditEvent) }
    },
  }),
  endpoint<undefined, ExportQuery>({
    method: 'get',
    path: '/audit-events/export',
    summary: 'Export all audit events that match, as a stream',
    access: 'read_audit',
    readsFor: true,
    query: exportQuery,
    media: ['text/csv', 'application/x-ndjson'],
    answers: { 200: 'auditExport' },
    async handle({ ports, reader, query, origin }) {
      const { format, ...wanted } = query
      const exported = await exportAuditEvents(ports, reader, { filter: wanted, format }, origin)
      const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson'
      const headers = {
        'Content-Type': type,
        'Content-Disposition': `attachment; filename="audit-events.${format}"`,
      }
      const body = exportStream(exported.events, format)
      // Also when the client has gone away, or has not asked for a body.
      body.once('close', () => void exported.finish())
      return { status: 200, headers, body }
    },
  }),
]
