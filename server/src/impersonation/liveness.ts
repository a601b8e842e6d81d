import type { Account, Consent } from './account.ts'
import { isActive, isStaff } from './account.ts'
import type { App } from './app.ts'
import { isEligible } from './app.ts'
import { isWithinReach, reachOf } from './authority.ts'
import type { Ending, EndReason } from './ending.ts'
import { ending } from './ending.ts'
import type { Impersonation } from './impersonation.ts'
import { hasConsent } from './policy.ts'
import type { Settings } from './settings.ts'

export interface LivenessFacts {
  readonly settings: Settings
  /** Epoch milliseconds. */
  readonly now: number
  readonly actor: Account | undefined
  readonly subject: Account | undefined
  readonly app: App | undefined
  readonly consent: Consent | undefined
  /** Whether the actor's own login session at the issuer still stands. */
  readonly actorSignedIn: boolean
}

type Condition = (impersonation: Impersonation, facts: LivenessFacts) => boolean

/** What must hold for an impersonation to live, each with the reason that ends it. */
const conditions: readonly (readonly [EndReason, Condition])[] = [
  ['impersonator_disabled', (_, { actor }) => isActive(actor)],
  ['impersonator_not_allowed', (_, facts) => isStillAllowed(facts)],
  ['subject_disabled', (_, { subject }) => isActive(subject)],
  [
    'subject_became_staff',
    (_, { subject, settings }) =>
      settings.impersonateAdmins || (subject !== undefined && !isStaff(subject)),
  ],
  ['app_not_eligible', (_, { app }) => isEligible(app)],
  [
    'consent_withdrawn',
    ({ mode }, { app, consent }) => app !== undefined && hasConsent(app, consent, mode),
  ],
  ['impersonator_signed_out', (_, { actorSignedIn }) => actorSignedIn],
]

function isStillAllowed({ actor, subject, settings }: LivenessFacts): boolean {
  const reach = reachOf(actor, settings)
  // A subject that is gone is the next condition's business.
  if (subject === undefined || actor === undefined) return reach !== 'nobody'
  return isWithinReach(actor, subject, reach)
}

/** The end that time alone brings, or `null`. Its time is the deadline, not the moment it was noticed. */
export function endByTime(impersonation: Impersonation, now: number): Ending | null {
  const { redeemBy, redeemedAt, expiresAt } = impersonation
  const redeemDeadline = redeemedAt === null && redeemBy !== null ? redeemBy : Infinity
  const deadline = Math.min(redeemDeadline, expiresAt)
  if (now < deadline) return null
  return ending(redeemDeadline < expiresAt ? 'not_redeemed' : 'lifetime_over', deadline)
}

/** Why an impersonation that is open on record must end now, or `null` while it may live. */
export function findEnding(impersonation: Impersonation, facts: LivenessFacts): Ending | null {
  const byTime = endByTime(impersonation, facts.now)
  if (byTime !== null) return byTime
  const broken = conditions.find(([, holds]) => !holds(impersonation, facts))
  return broken === undefined ? null : ending(broken[0], facts.now)
}
