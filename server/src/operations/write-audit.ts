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
): Promise<void> =>
  // As accounts have it: erasure looks for it, and telephones begin it with a capital letter.
  ports.audit.record(stamp(ports, happening, origin), happening.email?.toLowerCase())

type AlonePorts = Pick<Ports, 'audit' | 'clock' | 'newId' | 'unitOfWork' | 'alarm'>
type AsidePorts = AlonePorts & Pick<Ports, 'refusals'>

/** As `recordAlone`, but of many refusals that are alike some, and then how many more there were. */
export async function recordAside(
  ports: AsidePorts,
  happening: Happening,
  origin: Origin | null,
): Promise<void> {
  await recordCounted(ports)
  if (ports.refusals.admits(happening, origin)) await recordAlone(ports, happening, origin)
}

/** Writes what was only counted in the minute that is over, or, when the process ends, so far. */
export async function recordCounted(ports: AsidePorts, soFar = false): Promise<void> {
  for (const { happening, origin } of ports.refusals.counted(soFar))
    await recordAlone(ports, happening, origin)
}

/** A unit of its own that never throws: a refusal stands whether or not it could be written down. */
export async function recordAlone(
  ports: AlonePorts,
  happening: Happening,
  origin: Origin | null,
): Promise<void> {
  try {
    await ports.unitOfWork.run(() => record(ports, happening, origin))
  } catch (error) {
    ports.alarm(`audit event ${happening.action} could not be written`, error)
  }
}
