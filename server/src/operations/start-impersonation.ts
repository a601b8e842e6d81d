import type { Account } from '../impersonation/account.ts'
import type { App } from '../impersonation/app.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import { lifetimeFrom } from '../impersonation/lifetime.ts'
import { callbackLinks } from '../impersonation/link.ts'
import type { Actor, Facts } from '../impersonation/policy.ts'
import { decide, loginRules, pairRules, requestRules } from '../impersonation/policy.ts'
import { issuedScope } from '../impersonation/scope.ts'
import type { Ports } from '../ports/ports.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import { auditDenials } from './audit-denials.ts'
import { Denied, refuse } from './denied.ts'
import { describeImpersonation } from './describe-impersonation.ts'
import { endImpersonation } from './end-impersonation.ts'
import type { ImpersonationRequest } from './impersonation-request.ts'
import { gatherFacts } from './impersonation-request.ts'
import type { Counted } from './limit-rate.ts'
import { limitRate, refuseExhausted } from './limit-rate.ts'
import { recogniseActor, requireAuthority } from './recognise-actor.ts'
import { record } from './write-audit.ts'

export interface Started {
  readonly impersonation: Impersonation
  readonly refreshToken: string
  /** One per redirect URI of the app that is safe to open with a token. */
  readonly links: readonly string[]
}

/**
 * Starts an impersonation in the order of contract §1: nothing about subject or app is revealed
 * before the actor is authorised, and row, grant, refresh token and audit event exist together or
 * not at all.
 *
 * @param identify the actor, from a token or from a login made elsewhere.
 * @throws Denied, StorageUnavailable
 */
export function startImpersonation(
  ports: Ports,
  request: ImpersonationRequest,
  identify: string | Actor,
): Promise<Started> {
  return auditDenials(ports, request, 'impersonation.denied', async (found) => {
    const { settings, clock } = ports
    refuse(decide(requestRules, { settings, wish: request.wish }))
    const actor = typeof identify === 'string' ? await recogniseActor(ports, identify) : identify
    found.actor = actor.account.sub
    requireAuthority(ports, actor)
    refuse(decide(loginRules, { settings, actor, now: clock() }))
    const counted = countedStart(ports, request, actor)
    await refuseExhausted(ports, counted, request.origin)
    const { facts, overdue, organization } = await gatherFacts(ports, request, actor)
    found.organization = organization
    try {
      await refusePair(ports, facts)
      return await commit(ports, request, facts as Granted, overdue, counted)
    } catch (error) {
      // A start counts itself, in its own unit; what is refused instead counts as well.
      if (error instanceof Denied) await limitRate(ports, counted, request.origin)
      throw error
    }
  })
}

/** Facts that have passed every rule. */
type Granted = Facts & { readonly subject: Account; readonly app: App }

function countedStart(ports: Ports, request: ImpersonationRequest, actor: Actor): Counted {
  const limit = { name: 'start', points: ports.settings.startsPerActor, window: 600 }
  const { sub } = actor.account
  return { limit, key: sub, actor: sub, service: request.service }
}

async function refusePair(ports: Ports, facts: Facts): Promise<void> {
  const denial = decide(pairRules, facts)
  if (denial?.code === 'ALREADY_IMPERSONATING' && facts.running !== undefined) {
    const impersonation = await describeImpersonation(ports, facts.running)
    refuse({ ...denial, details: { impersonation } })
  }
  refuse(denial)
}

async function commit(
  ports: Ports,
  request: ImpersonationRequest,
  facts: Granted,
  overdue: Impersonation | null,
  { limit, key }: Counted,
): Promise<Started> {
  const impersonation = draw(ports, request, facts)
  try {
    const refreshToken = await ports.unitOfWork.run(async () => {
      if (overdue !== null) await endImpersonation(ports, overdue, 'lifetime_over')
      await ports.limits.takeWithin(limit, key)
      await ports.impersonations.add(impersonation)
      const token = await ports.tokens.mint(impersonation, facts.app)
      await record(ports, happening(impersonation, request, facts), request.origin)
      return token
    })
    ports.stopwatch.note(impersonation)
    return { impersonation, refreshToken, links: linksTo(impersonation, refreshToken, facts) }
  } catch (error) {
    if (!(error instanceof ConditionLost)) throw error
    if (error.condition === 'limit') throw new Denied({ code: 'RATE_LIMITED', retryAfter: 1 })
    // Somebody started one for this actor between our reading and our writing.
    const running = await ports.impersonations.findOpenByActor(impersonation.actor)
    const details = running && { impersonation: await describeImpersonation(ports, running) }
    throw new Denied({ code: 'ALREADY_IMPERSONATING', ...(details && { details }) })
  }
}

function draw(ports: Ports, request: ImpersonationRequest, facts: Granted): Impersonation {
  const { settings, now, actor, app, consent, wish } = facts
  return {
    id: ports.newId('imp', now),
    actor: actor.account.sub,
    subject: facts.subject.sub,
    organization: facts.subject.organization?.id ?? null,
    app: app.clientId,
    service: request.service,
    ...wish,
    scope: issuedScope(app, consent, wish.mode),
    ...lifetimeFrom(now, settings.impersonationSeconds, request.redeemWithin),
    redeemedAt: null,
    actorSession: actor.session,
    ended: null,
  }
}

const happening = (
  impersonation: Impersonation,
  request: ImpersonationRequest,
  facts: Granted,
): Parameters<typeof record>[1] => ({
  action: 'impersonation.started',
  outcome: 'success',
  actor: impersonation.actor,
  service: impersonation.service,
  subject: impersonation.subject,
  organization: impersonation.organization,
  app: impersonation.app,
  impersonation: impersonation.id,
  details: {
    mode: impersonation.mode,
    reason: impersonation.reason,
    ticket: impersonation.ticket,
    scope: impersonation.scope,
    expires_at: new Date(impersonation.expiresAt).toISOString(),
    redeem_within: request.redeemWithin,
    consent: facts.app.requireConsent ? 'given' : 'not_required',
  },
})

const linksTo = (
  impersonation: Impersonation,
  token: string,
  { app, settings }: Granted,
): string[] =>
  callbackLinks(app.redirectUris, settings.linkParameters, {
    refresh_token: token,
    refresh_token_expires_on: impersonation.expiresAt / 1000,
    refresh_token_expires_in: (impersonation.expiresAt - impersonation.startedAt) / 1000,
  })
