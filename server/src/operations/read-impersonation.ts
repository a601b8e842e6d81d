import type { AuditEvent } from '../impersonation/audit-event.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import { Denied } from './denied.ts'
import type { DescribedImpersonation } from './describe-impersonation.ts'
import { describeImpersonation } from './describe-impersonation.ts'
import { flushAudit } from './flush-audit.ts'
import { hasScope } from './recognise-service.ts'

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
): Promise<DescribedImpersonation & { readonly timeline: readonly AuditEvent[] }> {
  const impersonation = await ports.impersonations.find(id)
  if (impersonation === undefined) throw new Denied('NOT_FOUND')
  await flushAudit(ports)
  const events = await ports.audit.timeline(id)
  const isWhole = hasScope(service, 'read_audit')
  const timeline = isWhole ? events : events.map(withoutPlace)
  return { ...(await describeImpersonation(ports, impersonation)), timeline }
}

const withoutPlace = (event: AuditEvent): AuditEvent => ({ ...event, ip: null, userAgent: null })
