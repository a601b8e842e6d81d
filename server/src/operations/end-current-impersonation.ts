import type { Origin } from '../impersonation/audit-event.ts'
import type { Ports } from '../ports/ports.ts'
import { endImpersonation } from './end-impersonation.ts'
import { findCurrent } from './read-current-impersonation.ts'

/**
 * The app ends the impersonation it is in, with the access token of that impersonation. Signs
 * nobody in, and does nothing when it has ended already.
 *
 * @throws Denied as findCurrent
 */
export async function endCurrentImpersonation(
  ports: Ports,
  token: string | null,
  origin: Origin,
): Promise<void> {
  const impersonation = await findCurrent(ports, token)
  await ports.unitOfWork.run(() =>
    endImpersonation(ports, impersonation, 'ended_by_impersonator', { origin }),
  )
}
