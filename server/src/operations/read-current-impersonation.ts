import type { Origin } from '../impersonation/audit-event.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Ports } from '../ports/ports.ts'
import { Denied } from './denied.ts'
import type { DescribedImpersonation } from './describe-impersonation.ts'
import { describeImpersonation } from './describe-impersonation.ts'
import { verifyLiveness } from './verify-liveness.ts'

/**
 * The impersonation an access token belongs to, alive or not.
 *
 * @param token what followed `Bearer`; `null` when there was no such header.
 * @throws Denied UNAUTHENTICATED, S2S_TOKEN_INVALID, NOT_IMPERSONATING
 */
export async function findCurrent(ports: Ports, token: string | null): Promise<Impersonation> {
  if (token === null) throw new Denied('UNAUTHENTICATED')
  const bearer = await ports.tokens.findBearer(token)
  if (bearer === undefined) throw new Denied('S2S_TOKEN_INVALID')
  if (bearer.kind === 'ordinary') throw new Denied('NOT_IMPERSONATING')
  const impersonation = await ports.impersonations.find(bearer.impersonation)
  if (impersonation === undefined) throw new Denied('S2S_TOKEN_INVALID')
  return impersonation
}

/**
 * What a running app may know about the impersonation it is in.
 *
 * @throws Denied as findCurrent, and IMPERSONATION_ENDED
 */
export async function readCurrentImpersonation(
  ports: Ports,
  token: string | null,
  origin: Origin,
): Promise<DescribedImpersonation> {
  const impersonation = await findCurrent(ports, token)
  const alive = await ports.unitOfWork.run(() => verifyLiveness(ports, impersonation, origin))
  if (!alive) throw new Denied('IMPERSONATION_ENDED')
  return describeImpersonation(ports, impersonation)
}
