import type { AuditEvent, Happening, Origin } from '../impersonation/audit-event.ts'
import type { Ports } from '../ports/ports.ts'

/** Gives a happening its id and time. */
export function stamp(
  { clock, newId }: Pick<Ports, 'clock' | 'newId'>,
  happening: Happening,
  origin: Origin | null,
): AuditEvent {
  const at = clock()
  return {
    seq: null,
    id: newId('aud', at),
    at,
    action: happening.action,
    outcome: happening.outcome,
    code: happening.code ?? null,
    actor: happening.actor ?? null,
    service: happening.service ?? null,
    subject: happening.subject ?? null,
    organization: happening.organization ?? null,
    app: happening.app ?? null,
    impersonation: happening.impersonation ?? null,
    details: happening.details ?? {},
    requestId: origin?.requestId ?? null,
    ip: origin?.ip ?? null,
    userAgent: origin?.userAgent ?? null,
  }
}

/** Part of the unit it is called in: when it cannot be written, nothing of the unit is. */
export const record = (
  ports: Pick<Ports, 'audit' | 'clock' | 'newId'>,
  happening: Happening,
  origin: Origin | null,
): Promise<void> => ports.audit.record(stamp(ports, happening, origin), happening.email)

/** A unit of its own that never throws: a refusal stands whether or not it could be written down. */
export async function recordAside(
  ports: Pick<Ports, 'audit' | 'clock' | 'newId' | 'unitOfWork' | 'alarm'>,
  happening: Happening,
  origin: Origin | null,
): Promise<void> {
  try {
    await ports.unitOfWork.run(() => record(ports, happening, origin))
  } catch (error) {
    ports.alarm(`audit event ${happening.action} could not be written`, error)
  }
}
