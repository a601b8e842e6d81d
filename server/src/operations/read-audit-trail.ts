import type { AuditEvent, Origin } from '../impersonation/audit-event.ts'
import type { AuditFilter } from '../ports/audit-trail.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import { flushAudit } from './flush-audit.ts'
import { record } from './write-audit.ts'

/** Newest first; that it was looked at is written down. @throws CursorInvalid */
export async function listAuditEvents(
  ports: Ports,
  service: Service,
  filter: AuditFilter,
  page: PageRequest,
  origin: Origin,
): Promise<Page<AuditEvent>> {
  await flushAudit(ports)
  const found = await ports.audit.list(filter, page)
  await noteView(ports, service, 'audit.viewed', filter, origin)
  return found
}

/** All that match, newest first, as a stream; that it was exported is written down before the first. */
export async function exportAuditEvents(
  ports: Ports,
  service: Service,
  filter: AuditFilter,
  origin: Origin,
): Promise<AsyncIterable<AuditEvent>> {
  await flushAudit(ports)
  await noteView(ports, service, 'audit.exported', filter, origin)
  return ports.audit.stream(filter)
}

const noteView = (
  ports: Ports,
  service: Service,
  action: 'audit.viewed' | 'audit.exported',
  filter: AuditFilter,
  origin: Origin,
): Promise<void> =>
  ports.unitOfWork.run(() =>
    record(
      ports,
      { action, outcome: 'success', service: service.clientId, details: { ...filter } },
      origin,
    ),
  )
