import type { AuditEvent } from '../impersonation/audit-event.ts'
import type { Ports } from '../ports/ports.ts'
import { Denied } from './denied.ts'
import type { DescribedImpersonation } from './describe-impersonation.ts'
import { describeImpersonation } from './describe-impersonation.ts'
import { flushAudit } from './flush-audit.ts'

/** One impersonation with everything the audit trail says about it, oldest first. @throws Denied NOT_FOUND */
export async function readImpersonation(
  ports: Ports,
  id: string,
): Promise<DescribedImpersonation & { readonly timeline: readonly AuditEvent[] }> {
  const impersonation = await ports.impersonations.find(id)
  if (impersonation === undefined) throw new Denied('NOT_FOUND')
  await flushAudit(ports)
  const timeline = await ports.audit.timeline(id)
  return { ...(await describeImpersonation(ports, impersonation)), timeline }
}
