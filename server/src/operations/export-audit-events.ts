import type { AuditEvent, Happening, Origin } from '../impersonation/audit-event.ts'
import type { AuditFilter } from '../ports/audit-trail.ts'
import type { Ports } from '../ports/ports.ts'
import { StorageUnavailable } from '../ports/unit-of-work.ts'
import { Denied } from './denied.ts'
import { filterDetails } from './filter-details.ts'
import { flushAudit } from './flush-audit.ts'
import type { Reader } from './recognise-reader.ts'
import { record, recordAside } from './write-audit.ts'

export interface AuditExport {
  /** Newest first; fails when the server stops, so that what is cut short does not look whole. */
  readonly events: AsyncIterable<AuditEvent>
  /** To be called when the last event was read, or nobody reads on; again does nothing. */
  readonly finish: () => Promise<void>
}

/** An export reads the whole trail if it is asked to: so many at once leave room for others. */
const AT_ONCE = 2
const RETRY_SECONDS = 10
/** Whoever reads nothing for so long gives way to who will. */
const STALLED_MS = 60_000

/** When something was last read of an export, by its slot. */
const readAt = new WeakMap<symbol, number>()

/**
 * All that match, as a stream. That it was exported is written down before the first event, and how
 * many rows there were after the last, under the same request.
 *
 * @throws Denied RATE_LIMITED when this process writes two exports already
 */
export async function exportAuditEvents(
  ports: Ports,
  reader: Reader,
  wanted: { readonly filter: AuditFilter; readonly format: string },
  origin: Origin,
): Promise<AuditExport> {
  if (ports.exports.size >= AT_ONCE) dropStalled(ports)
  if (ports.exports.size >= AT_ONCE) return refuse(ports, reader, origin)
  const slot = Symbol('export')
  ports.exports.add(slot)
  readAt.set(slot, ports.clock())
  const details = { ...filterDetails(wanted.filter), format: wanted.format }
  const exported = { action: 'audit.exported', outcome: 'success', ...reader } as const
  try {
    await flushAudit(ports)
    const begun: Happening = { ...exported, details: { ...details, rows: null } }
    await ports.unitOfWork.run(() => record(ports, begun, origin))
  } catch (error) {
    ports.exports.delete(slot)
    throw error
  }
  const progress = { rows: 0, complete: false }
  let isFinished = false
  return {
    events: counted(ports, wanted.filter, slot, progress),
    async finish() {
      ports.exports.delete(slot)
      if (isFinished) return
      isFinished = true
      await recordAside(ports, { ...exported, details: { ...details, ...progress } }, origin)
    },
  }
}

function dropStalled({ exports, clock }: Ports): void {
  for (const slot of exports) {
    if (clock() - (readAt.get(slot) ?? 0) > STALLED_MS) exports.delete(slot)
  }
}

async function* counted(
  { audit, clock, closing, exports }: Ports,
  filter: AuditFilter,
  slot: symbol,
  progress: { rows: number; complete: boolean },
): AsyncIterable<AuditEvent> {
  for await (const event of audit.stream(filter)) {
    if (closing.aborted) throw new StorageUnavailable('the server stops')
    if (!exports.has(slot)) throw new StorageUnavailable('another export has its place')
    readAt.set(slot, clock())
    progress.rows++
    yield event
  }
  progress.complete = true
}

async function refuse(ports: Ports, reader: Reader, origin: Origin): Promise<never> {
  const code = 'RATE_LIMITED'
  await recordAside(
    ports,
    {
      action: 'rate_limit.exceeded',
      outcome: 'denied',
      code,
      ...reader,
      details: { limit: 'export' },
    },
    origin,
  )
  throw new Denied({ code, retryAfter: RETRY_SECONDS })
}
