import type { Account } from '../impersonation/account.ts'
import type { App } from '../impersonation/app.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import type { Mode } from '../impersonation/impersonation.ts'
import { decide, hasConsent, pairRules } from '../impersonation/policy.ts'
import type { Ports } from '../ports/ports.ts'
import { auditDenials } from './audit-denials.ts'
import { Denied, refuse } from './denied.ts'
import type { ImpersonationRequest } from './impersonation-request.ts'
import { gatherFacts } from './impersonation-request.ts'
import { limitRate } from './limit-rate.ts'
import { recogniseActor, requireAuthority } from './recognise-actor.ts'

export interface ConsentWanted {
  /** `client_id` of the calling service. */
  readonly service: string
  /** Ids that cannot exist arrive as `null`. */
  readonly subject: string | null
  readonly app: string | null
  readonly mode: Mode
  readonly origin: Origin
}

/** Who asks whom for consent to what. */
export interface ConsentAsked {
  readonly actor: Account
  readonly subject: Account
  readonly app: App
}

/**
 * Whether an administrator may ask a user to consent to an app: the rules of a start up to consent,
 * without a second factor. Changes nothing; a refusal is written down as `consent.requested`.
 *
 * @param actorToken the administrator's access token; `null` when there was no such header.
 * @throws Denied IMPERSONATOR_TOKEN_INVALID, IMPERSONATOR_NOT_ALLOWED, RATE_LIMITED, NOT_FOUND,
 *   TARGET_NOT_ALLOWED, APP_NOT_ELIGIBLE, CONSENT_PRESENT
 */
export function assessConsentRequest(
  ports: Ports,
  wanted: ConsentWanted,
  actorToken: string | null,
): Promise<ConsentAsked> {
  const wish = { mode: wanted.mode, reason: null, ticket: null }
  const request: ImpersonationRequest = { ...wanted, wish, redeemWithin: null }
  return auditDenials(ports, request, 'consent.requested', async (found) => {
    const actor = await recogniseActor(ports, actorToken ?? '')
    const { sub } = actor.account
    found.actor = sub
    requireAuthority(ports, actor)
    const limit = { name: 'consent', points: ports.settings.startsPerActor, window: 600 }
    await limitRate(ports, { limit, key: sub, actor: sub, service: wanted.service }, wanted.origin)
    const { facts, organization } = await gatherFacts(ports, request, actor)
    found.organization = organization
    refuse(decide(upToConsent, facts))
    const { subject, app } = facts as typeof facts & ConsentAsked
    if (hasConsent(app, facts.consent, wanted.mode)) throw new Denied('CONSENT_PRESENT')
    return { actor: actor.account, subject, app }
  })
}

const upToConsent = pairRules.slice(
  0,
  pairRules.findIndex(({ code }) => code === 'CONSENT_REQUIRED'),
)
