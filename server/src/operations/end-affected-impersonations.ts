import type { Origin } from '../impersonation/audit-event.ts'
import type { Ports } from '../ports/ports.ts'
import { verifyLiveness } from './verify-liveness.ts'

/**
 * To be called after an account, an app, a role or a consent has changed: ends at once what may no
 * longer live, instead of at its next use. Resolves to how many were looked at.
 */
export async function endAffectedImpersonations(
  ports: Ports,
  concern: { readonly account: string } | { readonly app: string },
  origin: Origin | null = null,
): Promise<number> {
  const open = await ports.impersonations.findOpenOf(concern)
  for (const impersonation of open) {
    await ports.unitOfWork.run(() => verifyLiveness(ports, impersonation, origin))
  }
  return open.length
}
