import type { Account, Consent } from './account.ts'
import { isActive, isStaff } from './account.ts'
import type { App } from './app.ts'
import { isEligible } from './app.ts'
import { hasFreshSecondFactor, isWithinReach, reachOf } from './authority.ts'
import type { Denial, DenialCode } from './denial.ts'
import type { Impersonation, Mode } from './impersonation.ts'
import type { Settings } from './settings.ts'
import { MFA_ACR } from './settings.ts'

/** What the caller asks for, besides who and where. */
export interface Wish {
  readonly mode: Mode
  readonly reason: string | null
  readonly ticket: string | null
}

/** Who wants to act: the account as it is now, and when its login used a second factor. */
export interface Actor {
  readonly account: Account
  /** Epoch seconds; `null` when the login used one factor only. */
  readonly mfaAt: number | null
  /** Login session at the issuer. */
  readonly session: string | null
}

export interface Facts {
  readonly settings: Settings
  /** Epoch milliseconds. */
  readonly now: number
  readonly wish: Wish
  readonly actor: Actor
  readonly subject: Account | undefined
  readonly app: App | undefined
  /** Whether the authorization server knows the app as a public client with refresh tokens. */
  readonly canRedeem: boolean
  readonly consent: Consent | undefined
  /** The impersonation this actor has running already. */
  readonly running: Impersonation | undefined
}

/** A rule sees only the facts it names, so that a stage can be decided before later facts are read. */
export interface Rule<Needs extends keyof Facts = keyof Facts> {
  readonly name: string
  readonly code: DenialCode
  readonly description: string
  readonly passes: (facts: Pick<Facts, Needs>) => boolean
  readonly details?: (facts: Pick<Facts, Needs>) => Readonly<Record<string, unknown>>
}

export const requestRules: readonly Rule<'settings' | 'wish'>[] = [
  {
    name: 'reason',
    code: 'REASON_REQUIRED',
    description: 'A reason of at least 10 characters is given, where one is required.',
    passes: ({ settings, wish }) =>
      !settings.requireReason || visibleLength(wish.reason ?? '') >= 10,
  },
  {
    name: 'ticket',
    code: 'TICKET_INVALID',
    description: 'A ticket of the configured form is given, where one is required.',
    passes: ({ settings, wish }) =>
      settings.ticketPattern === null ||
      new RegExp(`^(?:${settings.ticketPattern})$`, 'u').test(wish.ticket ?? ''),
  },
]

/** In code points, without those nobody can see: padding is no reason. */
const visibleLength = (text: string): number => [...text.replaceAll(/\p{Cf}/gu, '')].length

export const authorityRules: readonly Rule<'settings' | 'actor'>[] = [
  {
    name: 'role',
    code: 'IMPERSONATOR_NOT_ALLOWED',
    description: 'The actor is active and holds a role that may impersonate.',
    passes: ({ settings, actor }) => reachOf(actor.account, settings) !== 'nobody',
  },
]

export const loginRules: readonly Rule<'settings' | 'actor' | 'now'>[] = [
  {
    name: 'second_factor',
    code: 'MFA_REQUIRED',
    description: 'The actor signed in with a second factor recently.',
    passes: ({ settings, actor, now }) =>
      hasFreshSecondFactor(actor, settings, Math.floor(now / 1000)),
    details: ({ settings }) => ({ acr_values: MFA_ACR, max_age: settings.mfaMaxAgeSeconds }),
  },
]

/** In the order in which they answer: the first that fails decides. */
export const pairRules: readonly Rule[] = [
  {
    name: 'subject_and_app_known',
    code: 'NOT_FOUND',
    description: 'The user and the app exist, and the user is within reach of the actor.',
    passes: ({ settings, actor, subject, app }) =>
      app !== undefined &&
      subject !== undefined &&
      isWithinReach(actor.account, subject, reachOf(actor.account, settings)),
  },
  {
    name: 'subject',
    code: 'TARGET_NOT_ALLOWED',
    description: 'The user is active, is not staff, and is not the actor.',
    passes: ({ settings, actor, subject }) =>
      isActive(subject) &&
      subject.sub !== actor.account.sub &&
      (settings.impersonateAdmins || !isStaff(subject)),
  },
  {
    name: 'app',
    code: 'APP_NOT_ELIGIBLE',
    description: 'The app is an enabled single-page app, and not one administrators act from.',
    passes: ({ settings, app, canRedeem }) =>
      isEligible(app) && canRedeem && !settings.impersonatorClients.includes(app.clientId),
  },
  {
    name: 'consent',
    code: 'CONSENT_REQUIRED',
    description: 'The user has consented to the app, where the app requires it.',
    passes: ({ app, consent, wish }) => app !== undefined && hasConsent(app, consent, wish.mode),
  },
  {
    name: 'one_at_a_time',
    code: 'ALREADY_IMPERSONATING',
    description: 'The actor has no other active impersonation.',
    passes: ({ running }) => running === undefined,
  },
]

export const hasConsent = (app: App, consent: Consent | undefined, mode: Mode): boolean =>
  !app.requireConsent ||
  (consent !== undefined &&
    consent.revokedAt === null &&
    (mode === 'read_only' || consent.mode !== 'read_only'))

export interface RuleResult {
  readonly rule: string
  readonly passed: boolean
  readonly code?: DenialCode
  readonly description: string
}

/** First denial wins; `null` means allowed. A start asks stage by stage. */
export function decide<Needs extends keyof Facts>(
  rules: readonly Rule<Needs>[],
  facts: Pick<Facts, Needs>,
): Denial | null {
  const failed = rules.find((rule) => !rule.passes(facts))
  if (failed === undefined) return null
  return { code: failed.code, ...(failed.details && { details: failed.details(facts) }) }
}

/** Every rule with its outcome: what a dry run shows. */
export function explain<Needs extends keyof Facts>(
  rules: readonly Rule<Needs>[],
  facts: Pick<Facts, Needs>,
): RuleResult[] {
  return rules.map((rule) => {
    const passed = rule.passes(facts)
    const result = { rule: rule.name, passed, description: rule.description }
    return passed ? result : { ...result, code: rule.code }
  })
}
