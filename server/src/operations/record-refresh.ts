import type { Origin } from '../impersonation/audit-event.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Ports } from '../ports/ports.ts'
import { record } from './write-audit.ts'

/** Writes down, in the unit of the token request, that an impersonation was used to get tokens. */
export async function recordRefresh(
  ports: Ports,
  impersonation: Impersonation,
  origin: Origin,
): Promise<void> {
  if (impersonation.redeemedAt === null) {
    await ports.impersonations.markRedeemed(impersonation.id, ports.clock())
  }
  const { actor, subject, organization, app, id } = impersonation
  const about = { actor, subject, organization, app, impersonation: id }
  await record(ports, { action: 'impersonation.refreshed', outcome: 'success', ...about }, origin)
}
