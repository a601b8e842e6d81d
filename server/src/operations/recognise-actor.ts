import type { Actor } from '../impersonation/policy.ts'
import { authorityRules, decide } from '../impersonation/policy.ts'
import type { Ports } from '../ports/ports.ts'
import { Denied, refuse } from './denied.ts'

/** An account as it was named by its token, before it is known whether it may do anything. */
export async function findActor(ports: Ports, token: string): Promise<Actor | undefined> {
  const found = await ports.tokens.findActor(token)
  const account = found && (await ports.directory.findAccount(found.sub))
  return found && account && { account, mfaAt: found.mfaAt, session: found.session }
}

/**
 * The administrator behind an access token, provided the account may impersonate now: the database
 * decides, not the token.
 *
 * @throws Denied IMPERSONATOR_TOKEN_INVALID, the same for every defect; IMPERSONATOR_NOT_ALLOWED
 */
export async function recogniseActor(ports: Ports, token: string): Promise<Actor> {
  const actor = await findActor(ports, token)
  if (actor === undefined) throw new Denied('IMPERSONATOR_TOKEN_INVALID')
  // A token with `offline_access` outlives the login; what it would start could not live.
  const isSignedIn = await ports.tokens.isSignedIn(actor.session, actor.account.sub)
  if (!isSignedIn) throw new Denied('IMPERSONATOR_TOKEN_INVALID')
  return actor
}

export function requireAuthority({ settings }: Ports, actor: Actor): void {
  refuse(decide(authorityRules, { settings, actor }))
}
