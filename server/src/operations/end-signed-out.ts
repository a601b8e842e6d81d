import type { Origin } from '../impersonation/audit-event.ts'
import type { Ports } from '../ports/ports.ts'
import { endImpersonation } from './end-impersonation.ts'

/**
 * Ends what an administrator has started from a login, in the unit that ends the login: a resource
 * server that follows the feed and asks nobody would not learn of it otherwise.
 */
export async function endSignedOut(
  ports: Ports,
  login: { readonly session: string; readonly account: string },
  origin: Origin,
): Promise<void> {
  const open = await ports.impersonations.findOpenOf({ account: login.account })
  for (const impersonation of open) {
    const isFromThere =
      impersonation.actor === login.account && impersonation.actorSession === login.session
    if (isFromThere) {
      await endImpersonation(ports, impersonation, 'impersonator_signed_out', { origin })
    }
  }
}
