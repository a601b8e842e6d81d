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
 * @throws Denied NOT_FOUND, IMPERSONATOR_TOKEN_INVALID
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
  const impersonation = await ports.impersonations.find(id)
  if (impersonation === undefined) throw new Denied('NOT_FOUND')
  const by = admin?.account.sub ?? null
  const why = by === impersonation.actor ? 'ended_by_impersonator' : 'revoked_by_admin'
  await ports.unitOfWork.run(() =>
    endImpersonation(ports, impersonation, why, { origin, by, service: service?.clientId ?? null }),
  )
}
