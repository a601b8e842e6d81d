import { isActive, isStaff } from '../impersonation/account.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import { Denied } from './denied.ts'
import { endImpersonation } from './end-impersonation.ts'
import { findActor } from './recognise-actor.ts'

/**
 * A service ends an impersonation, on behalf of an administrator if it says so. No second factor is
 * asked for: ending is always easy.
 *
 * @param actorToken the administrator's access token, if there is one.
 * @throws Denied NOT_FOUND, IMPERSONATOR_TOKEN_INVALID, IMPERSONATOR_NOT_ALLOWED
 */
export async function revokeImpersonation(
  ports: Ports,
  service: Service | null,
  id: string,
  actorToken: string | null,
  origin: Origin,
): Promise<void> {
  const admin = actorToken === null ? null : await findActor(ports, actorToken)
  if (admin === undefined) throw new Denied('IMPERSONATOR_TOKEN_INVALID')
  // Whoever is written down as having revoked must be staff: customers sign in to panels, too.
  if (admin !== null && !(isActive(admin.account) && isStaff(admin.account))) {
    throw new Denied('IMPERSONATOR_NOT_ALLOWED')
  }
  const impersonation = await ports.impersonations.find(id)
  if (impersonation === undefined) throw new Denied('NOT_FOUND')
  const by = admin?.account.sub ?? null
  const why = by === impersonation.actor ? 'ended_by_impersonator' : 'revoked_by_admin'
  await ports.unitOfWork.run(() =>
    endImpersonation(ports, impersonation, why, { origin, by, service: service?.clientId ?? null }),
  )
}
