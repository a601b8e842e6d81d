import type { Origin } from '../impersonation/audit-event.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Directory } from '../ports/directory.ts'
import type { Page } from '../ports/page.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import type { EndedFrom } from './end-impersonation.ts'
import { endByAdmin, recogniseRevoker } from './revoke-impersonation.ts'

/** As many as one transaction ends: everybody else waits no longer than that takes. */
const BATCH = 25
/** Transactions that run beside each other, where the database can. */
const LANES = 4

/**
 * Ends all that are active of a subject or an actor, in transactions of bounded size, each with its
 * audit event. Resolves to how many were active.
 *
 * @param actorToken the administrator's access token, if there is one.
 * @throws Denied IMPERSONATOR_TOKEN_INVALID, IMPERSONATOR_NOT_ALLOWED
 */
export async function revokeImpersonations(
  ports: Ports,
  service: Service,
  whose: { readonly subject: string } | { readonly actor: string },
  actorToken: string | null,
  origin: Origin,
): Promise<number> {
  const by = await recogniseRevoker(ports, service.clientId, actorToken, origin)
  const from = { origin, by, service: service.clientId }
  const filter = { ...whose, status: 'active' } as const
  const remembering = { ...ports, directory: rememberAccounts(ports.directory) }
  let ended = 0
  let cursor: string | null = null
  do {
    const request = { cursor, limit: BATCH * LANES }
    const page: Page<Impersonation> = await ports.impersonations.list(
      filter,
      request,
      ports.clock(),
    )
    await endAll(remembering, page.items, from)
    ended += page.items.length
    cursor = page.nextCursor
  } while (cursor !== null)
  return ended
}

async function endAll(
  ports: Pick<Ports, 'unitOfWork'> & Parameters<typeof endByAdmin>[0],
  impersonations: readonly Impersonation[],
  from: EndedFrom,
): Promise<void> {
  const units: Promise<unknown>[] = []
  for (let begin = 0; begin < impersonations.length; begin += BATCH) {
    const batch = impersonations.slice(begin, begin + BATCH)
    units.push(
      ports.unitOfWork.run(() => Promise.all(batch.map((each) => endByAdmin(ports, each, from)))),
    )
  }
  await Promise.all(units)
}

/** The subject of all of them is read once. */
function rememberAccounts(directory: Directory): Pick<Directory, 'findAccount'> {
  const known = new Map<string, ReturnType<Directory['findAccount']>>()
  return {
    findAccount(sub) {
      const account = known.get(sub) ?? directory.findAccount(sub)
      known.set(sub, account)
      return account
    },
  }
}
