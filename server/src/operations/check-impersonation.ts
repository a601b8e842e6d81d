import type { RuleResult } from '../impersonation/policy.ts'
import { explain, loginRules, pairRules, requestRules } from '../impersonation/policy.ts'
import type { Ports } from '../ports/ports.ts'
import type { FoundOut } from './audit-denials.ts'
import { auditDenials } from './audit-denials.ts'
import type { ImpersonationRequest } from './impersonation-request.ts'
import { gatherFacts } from './impersonation-request.ts'
import { limitRate } from './limit-rate.ts'
import { recogniseActor, requireAuthority } from './recognise-actor.ts'
import { record } from './write-audit.ts'

export interface Checked {
  readonly allowed: boolean
  readonly rules: readonly RuleResult[]
}

/**
 * Says which rules a start would pass, by the same policy, and changes nothing.
 *
 * @throws Denied IMPERSONATOR_TOKEN_INVALID, IMPERSONATOR_NOT_ALLOWED, RATE_LIMITED
 */
export function checkImpersonation(
  ports: Ports,
  request: ImpersonationRequest,
  actorToken: string,
): Promise<Checked> {
  return auditDenials(ports, request, 'impersonation.checked', async (found) => {
    const actor = await recogniseActor(ports, actorToken)
    const { sub } = actor.account
    found.actor = sub
    requireAuthority(ports, actor)
    const limit = { name: 'check', points: ports.settings.checksPerActor, window: 600 }
    const counted = { limit, key: sub, actor: sub, service: request.service }
    await limitRate(ports, counted, request.origin)
    const { facts, organization } = await gatherFacts(ports, request, actor)
    found.organization = organization
    const rules = [
      ...explain(loginRules, facts),
      ...explain(requestRules, facts),
      ...explain(pairRules, facts),
    ]
    const failed = rules.find((rule) => !rule.passed)
    const happened = happening(request, found, failed)
    await ports.unitOfWork.run(() => record(ports, happened, request.origin))
    return { allowed: failed === undefined, rules }
  })
}

const happening = (
  request: ImpersonationRequest,
  { actor, organization }: FoundOut,
  failed: RuleResult | undefined,
): Parameters<typeof record>[1] => ({
  action: 'impersonation.checked',
  outcome: failed === undefined ? 'success' : 'denied',
  code: failed?.code ?? null,
  actor,
  service: request.service,
  subject: request.subject,
  organization,
  app: request.app,
})
