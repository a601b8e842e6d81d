import type {
  Consent,
  ConsentRequest,
  Happening,
  Mode,
  Origin,
  RegisteredApp,
} from '../../index.ts'
import { ConditionLost } from '../../index.ts'
import type { SignedIn } from '../account/signed-in.ts'
import type { Parts } from '../parts.ts'

type Deciding = Pick<Parts, 'storage' | 'impersonation' | 'clock'>

/** Somebody's answer to a request of theirs. */
export interface Decision {
  readonly account: SignedIn['account']
  readonly request: ConsentRequest
  readonly origin: Origin
}

/**
 * Who was asked for somebody to look has not allowed anybody to write. The app asks by itself for
 * what it lacks when its user signs in next.
 */
export const scopeFor = (
  { scope, writeScopes }: RegisteredApp,
  { mode }: ConsentRequest,
): string =>
  mode === 'full'
    ? scope
    : scope
        .split(' ')
        .filter((word) => !writeScopes.includes(word))
        .join(' ')

/** @returns whether it can be accepted at all: not where the app was switched off meanwhile. */
export async function accept(parts: Deciding, decision: Decision): Promise<boolean> {
  const { storage, impersonation } = parts
  const { account, request, origin } = decision
  const app = await storage.apps.find(request.app)
  if (app?.enabled !== true) {
    const denied = { outcome: 'denied', code: 'APP_NOT_ELIGIBLE' } as const
    await impersonation.recordAside({ ...eventOf(decision), ...denied }, origin)
    return false
  }
  const given = await storage.consents.find(account.sub, app.clientId)
  const { scope, mode } = widened(given, { scope: scopeFor(app, request), mode: request.mode })
  const details = { scope, mode, request: request.id }
  const event = { ...eventOf(decision), details }
  await decide(parts, decision, 'accepted', async (now) => {
    await storage.consents.grant(account.sub, app.clientId, scope, now, mode)
    await impersonation.record(event, origin)
  })
  return true
}

interface Allowed {
  readonly scope: string
  readonly mode: Mode
}

/** What was allowed stays allowed: to say yes to less takes nothing back. */
function widened(given: Consent | undefined, asked: Allowed): Allowed {
  if (given === undefined || given.revokedAt !== null) return asked
  const words = new Set([...given.scope.split(' '), ...asked.scope.split(' ')])
  const isFull = (given.mode ?? 'full') === 'full'
  return { scope: [...words].join(' '), mode: isFull ? 'full' : asked.mode }
}

export function decline(parts: Deciding, decision: Decision): Promise<void> {
  const denied = { outcome: 'denied', code: 'CONSENT_REQUIRED' } as const
  const event = { ...eventOf(decision), ...denied }
  return decide(parts, decision, 'declined', () =>
    parts.impersonation.record(event, decision.origin),
  )
}

const eventOf = ({ account, request }: Decision): Happening => ({
  action: 'consent.granted',
  outcome: 'success',
  actor: account.sub,
  subject: account.sub,
  organization: account.organization?.id ?? null,
  app: request.app,
  details: { request: request.id },
})

/** One answer counts: it, what it changes and its event are one unit. */
async function decide(
  { storage, clock }: Deciding,
  { request }: Decision,
  status: 'accepted' | 'declined',
  write: (now: number) => Promise<void>,
): Promise<void> {
  const now = clock()
  try {
    await storage.unitOfWork.run(async () => {
      await storage.consentRequests.decide(request.id, status, now)
      await write(now)
    })
  } catch (error) {
    // Answered before, or too late: the page says which.
    if (!(error instanceof ConditionLost)) throw error
  }
}
