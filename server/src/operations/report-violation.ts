import type { Origin } from '../impersonation/audit-event.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import { limitRate } from './limit-rate.ts'
import { recogniseReader } from './recognise-reader.ts'
import { record } from './write-audit.ts'

/** What a service has refused the administrator it calls for. */
export interface Violation {
  /** What the administrator's roles do not include; `null` when they let nobody in at all. */
  readonly access: string | null
  readonly method: string
  readonly route: string
}

/** A panel that shows more than its user may is a defect of the panel, not a flood of violations. */
const PER_ACTOR = { name: 'violation', points: 60, window: 60 }

/**
 * Writes down that a service has kept an administrator from something by its own rules: otherwise
 * only its log would know who tried.
 *
 * @throws Denied IMPERSONATOR_TOKEN_INVALID, IMPERSONATOR_NOT_ALLOWED, RATE_LIMITED
 */
export async function reportViolation(
  ports: Ports,
  service: Service,
  actorToken: string | null,
  { access, method, route }: Violation,
  origin: Origin,
): Promise<void> {
  const who = await recogniseReader(ports, service, actorToken ?? '', origin)
  await limitRate(ports, { limit: PER_ACTOR, key: who.actor ?? '', ...who }, origin)
  const details = { code: 'ACCESS_MISSING', access, method, route }
  const violation = { action: 'privilege_violation', outcome: 'denied', ...who, details } as const
  await ports.unitOfWork.run(() => record(ports, violation, origin))
}
