import { isEligible } from '../impersonation/app.ts'
import { isWithinReach, reachOf } from '../impersonation/authority.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import type { Actor, Facts, Wish } from '../impersonation/policy.ts'
import { endByTime } from '../impersonation/liveness.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Ports } from '../ports/ports.ts'

/** What a start and its dry run are asked with. Ids that cannot exist arrive as `null`. */
export interface ImpersonationRequest {
  /** `client_id` of the calling service; `null` on the command line. */
  readonly service: string | null
  readonly subject: string | null
  readonly app: string | null
  readonly wish: Wish
  /** Seconds within which the first refresh must happen. */
  readonly redeemWithin: number | null
  readonly origin: Origin
}

const EMPTY = { subject: undefined, consent: undefined }

interface Gathered {
  readonly facts: Facts
  readonly overdue: Impersonation | null
  /** Of the subject, for the audit trail: also of one who is out of reach. */
  readonly organization: string | null
}

/** Reads what the rules about the pair of subject and app need. */
export async function gatherFacts(
  ports: Ports,
  request: ImpersonationRequest,
  actor: Actor,
): Promise<Gathered> {
  const { directory, tokens, settings, clock } = ports
  const { subject, app } = request
  const now = clock()
  const [account, client, given, open] = await Promise.all([
    subject === null ? undefined : directory.findAccount(subject),
    app === null ? undefined : directory.findApp(app),
    subject === null || app === null ? undefined : directory.findConsent(subject, app),
    ports.impersonations.findOpenByActor(actor.account.sub),
  ])
  // One whose time is over blocks nobody, whether or not somebody has written its end yet.
  const overdue = open !== undefined && endByTime(open, now) !== null ? open : null
  const running = overdue === null ? open : undefined
  const canRedeem = isEligible(client) && (await tokens.canRedeem(client.clientId))
  const facts = { settings, now, wish: request.wish, actor, running, canRedeem }
  // Whoever is out of reach is nobody: no later rule may tell such an account from an unknown one.
  const reach = reachOf(actor.account, settings)
  const isKnown = account !== undefined && isWithinReach(actor.account, account, reach)
  const known = isKnown ? { subject: account, consent: given } : EMPTY
  const organization = account?.organization?.id ?? null
  return { facts: { ...facts, ...known, app: client }, overdue, organization }
}
