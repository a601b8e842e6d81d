import type { Origin } from '../impersonation/audit-event.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import { findActor } from './recognise-actor.ts'
import { refuseActor } from './refuse-actor.ts'

/** Who reads: a service, and the administrator it reads for, if it named one. */
export interface Reader {
  /** Its `client_id`. */
  readonly service: string
  readonly actor: string | null
}

/**
 * Neither a role nor a second factor is asked for: what an administrator may look at is decided by
 * the panel, which is who calls. An account that is disabled looks at nothing.
 *
 * @param actorToken the administrator's access token; `null` when there was no such header.
 * @throws Denied IMPERSONATOR_TOKEN_INVALID, IMPERSONATOR_NOT_ALLOWED
 */
export async function recogniseReader(
  ports: Ports,
  service: Service,
  actorToken: string | null,
  origin: Origin,
): Promise<Reader> {
  const { clientId } = service
  if (actorToken === null) return { service: clientId, actor: null }
  const account = (await findActor(ports, actorToken))?.account
  if (account?.status === 'active') return { service: clientId, actor: account.sub }
  return refuseActor(ports, clientId, account, origin)
}
