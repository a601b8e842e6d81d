import type { AuditEvent, Origin } from '../impersonation/audit-event.ts'
import type { AuditFilter } from '../ports/audit-trail.ts'
import type { Ports } from '../ports/ports.ts'
import type { CountedPage, CountedPageRequest } from './counted-page.ts'
import { counted } from './counted-page.ts'
import { filterDetails } from './filter-details.ts'
import { flushAudit } from './flush-audit.ts'
import { limitLooks } from './limit-looks.ts'
import type { Reader } from './recognise-reader.ts'
import { record } from './write-audit.ts'

/**
 * Newest first; that it was looked at is written down.
 *
 * @throws Denied RATE_LIMITED
 * @throws CursorInvalid
 */
export async function listAuditEvents(
  ports: Ports,
  reader: Reader,
  filter: AuditFilter,
  page: CountedPageRequest,
  origin: Origin,
): Promise<CountedPage<AuditEvent>> {
  await limitLooks(ports, reader, 'audit_views', origin)
  await flushAudit(ports)
  const total = await counted(page, (atMost) => ports.audit.count(filter, atMost))
  const found = await ports.audit.list(filter, page)
  await ports.unitOfWork.run(() =>
    record(
      ports,
      { action: 'audit.viewed', outcome: 'success', ...reader, details: filterDetails(filter) },
      origin,
    ),
  )
  return { ...found, ...total }
}
