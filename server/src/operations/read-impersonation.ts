import type { AuditEvent } from '../impersonation/audit-event.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Timeline } from '../ports/audit-trail.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import { Denied } from './denied.ts'
import type { DescribedImpersonation } from './describe-impersonation.ts'
import { describeImpersonation } from './describe-impersonation.ts'
import { flushAudit } from './flush-audit.ts'
import { hasScope } from './recognise-service.ts'
import { verifyLiveness } from './verify-liveness.ts'

export interface ImpersonationWithTimeline extends DescribedImpersonation {
  readonly timeline: Timeline
}

/**
 * One impersonation with everything the audit trail says about it, oldest first; without addresses
 * and browsers for a service that could not read these in the trail itself.
 *
 * @throws Denied NOT_FOUND
 */
export async function readImpersonation(
  ports: Ports,
  service: Service,
  id: string,
): Promise<ImpersonationWithTimeline> {
  const impersonation = await findJudged(ports, id)
  if (impersonation === undefined) throw new Denied('NOT_FOUND')
  await flushAudit(ports)
  const { events, isTruncated } = await ports.audit.timeline(id)
  const shown = hasScope(service, 'read_audit') ? events : events.map(withoutPlace)
  const described = await describeImpersonation(ports, impersonation)
  return { ...described, timeline: { events: shown, isTruncated } }
}

/** Resource servers ask here whether it goes on, perhaps before anything else has noticed its end. */
async function findJudged(ports: Ports, id: string): Promise<Impersonation | undefined> {
  const found = await ports.impersonations.find(id)
  if (found === undefined || found.ended !== null) return found
  const isAlive = await ports.unitOfWork.run(() => verifyLiveness(ports, found, null))
  return isAlive ? found : ports.impersonations.find(id)
}

const withoutPlace = (event: AuditEvent): AuditEvent => ({ ...event, ip: null, userAgent: null })
