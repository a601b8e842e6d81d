import type { Account } from '../impersonation/account.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import { ending } from '../impersonation/ending.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { LivenessFacts } from '../impersonation/liveness.ts'
import { findEnding } from '../impersonation/liveness.ts'
import type { Ports } from '../ports/ports.ts'
import { endImpersonation } from './end-impersonation.ts'

/**
 * The one place where it is asked whether an impersonation may go on. The first condition that
 * fails ends it with that cause, in the unit this is called in.
 *
 * @returns its subject as long as it is alive.
 */
export async function verifyLiveness(
  ports: Ports,
  impersonation: Impersonation,
  origin: Origin | null,
): Promise<Account | undefined> {
  if (impersonation.ended !== null) return undefined
  const { stopwatch } = ports
  stopwatch.note(impersonation)
  // A clock that was turned back must give nobody more time.
  const facts = stopwatch.isOver(impersonation) ? null : await gather(ports, impersonation)
  const end =
    facts === null
      ? ending('lifetime_over', impersonation.expiresAt)
      : findEnding(impersonation, facts)
  if (end === null) return facts?.subject
  await endImpersonation(ports, impersonation, end, { origin })
  return undefined
}

async function gather(ports: Ports, impersonation: Impersonation): Promise<LivenessFacts> {
  const { directory, tokens, settings, clock } = ports
  const { actor, subject, app, actorSession } = impersonation
  const [actorAccount, subjectAccount, client, consent, actorSignedIn] = await Promise.all([
    directory.findAccount(actor),
    directory.findAccount(subject),
    directory.findApp(app),
    directory.findConsent(subject, app),
    tokens.isSignedIn(actorSession, actor),
  ])
  return {
    settings,
    now: clock(),
    actor: actorAccount,
    subject: subjectAccount,
    app: client,
    consent,
    actorSignedIn,
  }
}
