import type { Account } from '../impersonation/account.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import { endByTime } from '../impersonation/liveness.ts'
import type { Ports } from '../ports/ports.ts'

export interface Person {
  readonly sub: string
  /** `null` when the account is gone. */
  readonly email: string | null
  readonly name: string | null
}

/** An impersonation with the names of who and where, as people want to see it. */
export interface DescribedImpersonation {
  readonly impersonation: Impersonation
  readonly actor: Person
  readonly subject: Person
  readonly app: { readonly clientId: string; readonly name: string | null }
}

export async function describeImpersonation(
  ports: Pick<Ports, 'directory' | 'clock'>,
  impersonation: Impersonation,
): Promise<DescribedImpersonation> {
  const { directory, clock } = ports
  const [actor, subject, app] = await Promise.all([
    directory.findAccount(impersonation.actor),
    directory.findAccount(impersonation.subject),
    directory.findApp(impersonation.app),
  ])
  // Time ends it whether or not somebody has written that down yet.
  const ended = impersonation.ended ?? endByTime(impersonation, clock())
  return {
    impersonation: { ...impersonation, ended },
    actor: person(impersonation.actor, actor),
    subject: person(impersonation.subject, subject),
    app: { clientId: impersonation.app, name: app?.name ?? null },
  }
}

const person = (sub: string, account: Account | undefined): Person => ({
  sub,
  email: account?.email ?? null,
  name: account?.name ?? null,
})
