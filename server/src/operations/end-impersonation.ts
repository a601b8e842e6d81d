import type { Happening, Origin } from '../impersonation/audit-event.ts'
import type { Ending, EndReason } from '../impersonation/ending.ts'
import { ending } from '../impersonation/ending.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import { endByTime } from '../impersonation/liveness.ts'
import type { Ports } from '../ports/ports.ts'
import { stamp } from './write-audit.ts'

export interface EndedFrom {
  readonly origin: Origin | null
  /** The service that asked. */
  readonly service?: string | null
  /** The administrator who revoked it. */
  readonly by?: string | null
}

/**
 * Ends an impersonation inside the unit it is called in: grant destroyed, row ended, event in the
 * outbox. Of several ends only the first counts. It never waits for the audit trail.
 */
export async function endImpersonation(
  ports: Pick<Ports, 'impersonations' | 'clock' | 'newId'>,
  impersonation: Impersonation,
  why: EndReason | Ending,
  from: EndedFrom = { origin: null },
): Promise<void> {
  const now = ports.clock()
  // What time has ended cannot be ended by anything else afterwards.
  const end = endByTime(impersonation, now) ?? (typeof why === 'string' ? ending(why, now) : why)
  const events = happenings(impersonation, end, from).map((happening) =>
    stamp(ports, happening, from.origin),
  )
  await ports.impersonations.end(impersonation.id, end, events)
}

function happenings(
  impersonation: Impersonation,
  end: Ending,
  { service = null, by = null }: EndedFrom,
): Happening[] {
  const { actor, subject, organization, app, id, startedAt } = impersonation
  const about = { actor, service, subject, organization, app, impersonation: id }
  const details = {
    ended_by: end.by,
    end_reason: end.reason,
    duration_seconds: Math.round((end.at - startedAt) / 1000),
    ...(by !== null && { revoked_by: by }),
  }
  const ended: Happening = {
    action: 'impersonation.ended',
    outcome: 'success',
    ...about,
    details,
  }
  if (end.reason !== 'reuse_detected') return [ended]
  return [{ action: 'impersonation.reuse_detected', outcome: 'failure', ...about }, ended]
}
