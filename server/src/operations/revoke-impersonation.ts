import { isActive, isStaff } from '../impersonation/account.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import { Denied } from './denied.ts'
import type { EndedFrom } from './end-impersonation.ts'
import { endImpersonation } from './end-impersonation.ts'
import { findActor } from './recognise-actor.ts'
import { refuseActor } from './refuse-actor.ts'

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
  const by = await recogniseRevoker(ports, service?.clientId ?? null, actorToken, origin)
  const impersonation = await ports.impersonations.find(id)
  if (impersonation === undefined) throw new Denied('NOT_FOUND')
  const from = { origin, by, service: service?.clientId ?? null }
  await ports.unitOfWork.run(() => endByAdmin(ports, impersonation, from))
}

export function endByAdmin(
  ports: Parameters<typeof endImpersonation>[0],
  impersonation: Impersonation,
  from: EndedFrom,
): Promise<void> {
  const isOwn = from.by === impersonation.actor
  const why = isOwn ? 'ended_by_impersonator' : 'revoked_by_admin'
  return endImpersonation(ports, impersonation, why, from)
}

/** @throws Denied IMPERSONATOR_TOKEN_INVALID, IMPERSONATOR_NOT_ALLOWED */
export async function recogniseRevoker(
  ports: Ports,
  service: string | null,
  actorToken: string | null,
  origin: Origin,
): Promise<string | null> {
  if (actorToken === null) return null
  const account = (await findActor(ports, actorToken))?.account
  // Whoever is written down as having revoked must be staff: customers sign in to panels, too.
  if (account !== undefined && isActive(account) && isStaff(account)) return account.sub
  return refuseActor(ports, service, account, origin)
}
