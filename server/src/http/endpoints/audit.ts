import { z } from 'zod'
import { auditActions } from '../../impersonation/audit-event.ts'
import { exportAuditEvents } from '../../operations/export-audit-events.ts'
import { listAuditEvents } from '../../operations/read-audit-trail.ts'
import type { Violation } from '../../operations/report-violation.ts'
import { reportViolation } from '../../operations/report-violation.ts'
import type { AuditFilter } from '../../ports/audit-trail.ts'
import type { Endpoint } from '../endpoint.ts'
import { ACTOR_TOKEN, endpoint } from '../endpoint.ts'
import { exportStream } from '../export-stream.ts'
import { id, instant, pageOf, paging, reportedRoute, text, totalling } from '../parameters.ts'
import { presentAuditEvent, presentPage } from '../present.ts'

const filter = {
  from: instant.optional(),
  to: instant.optional(),
  action: z.enum(auditActions).optional(),
  actor: id.optional(),
  subject: id.optional(),
  organization: id.optional(),
  app: id.optional(),
  impersonation: id.optional(),
  outcome: z.enum(['success', 'denied', 'failure']).optional(),
}

interface ListQuery extends AuditFilter {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
  readonly total?: boolean | undefined
}

interface ExportQuery extends AuditFilter {
  readonly format: 'csv' | 'ndjson'
}

const listQuery: z.ZodType<ListQuery> = z.strictObject({ ...filter, ...paging, ...totalling })
const exportQuery: z.ZodType<ExportQuery> = z.strictObject({
  ...filter,
  format: z.enum(['csv', 'ndjson']),
})

interface ReportBody extends Violation {
  readonly action: 'privilege_violation'
}

const reportBody: z.ZodType<ReportBody> = z
  .strictObject({
    action: z.literal('privilege_violation'),
    access: text(100).nullable(),
    method: z.string().regex(/^[A-Z]{1,20}$/),
    route: reportedRoute,
  })
  .meta({ id: 'ReportAuditEvent' })

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
      const { cursor: _cursor, limit: _limit, total: _total, ...wanted } = query
      const found = await listAuditEvents(ports, reader, wanted, pageOf(query), origin)
      return { status: 200, body: presentPage(found, presentAuditEvent) }
    },
  }),
  endpoint<ReportBody, undefined>({
    method: 'post',
    path: '/audit-events',
    summary: 'Report what the service itself has refused an administrator',
    access: 'root',
    headers: { [ACTOR_TOKEN]: 'access token of the administrator who was refused' },
    body: reportBody,
    answers: { 202: null },
    async handle({ ports, service, body, header, origin }) {
      await reportViolation(ports, service, header(ACTOR_TOKEN), body, origin)
      return { status: 202 }
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
