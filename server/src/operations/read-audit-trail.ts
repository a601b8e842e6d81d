import type { AuditEvent, Origin } from '../impersonation/audit-event.ts'
import type { AuditFilter } from '../ports/audit-trail.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import type { Ports } from '../ports/ports.ts'
import { flushAudit } from './flush-audit.ts'
import type { Reader } from './recognise-reader.ts'
import { record } from './write-audit.ts'

/** Newest first; that it was looked at is written down. @throws CursorInvalid */
export async function listAuditEvents(
  ports: Ports,
  reader: Reader,
  filter: AuditFilter,
  page: PageRequest,
  origin: Origin,
): Promise<Page<AuditEvent>> {
  await flushAudit(ports)
  const found = await ports.audit.list(filter, page)
  await ports.unitOfWork.run(() =>
    record(
      ports,
      { action: 'audit.viewed', outcome: 'success', ...reader, details: { ...filter } },
      origin,
    ),
  )
  return found
}
