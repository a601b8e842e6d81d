import type { AuditEvent } from '../impersonation/audit-event.ts'
import type { Ending } from '../impersonation/ending.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Page, PageRequest } from './page.ts'

export interface ImpersonationFilter {
  readonly status?: 'active' | 'ended' | undefined
  readonly actor?: string | undefined
  readonly subject?: string | undefined
  readonly organization?: string | undefined
  readonly app?: string | undefined
}

/** The records. An open one is one that has no ending yet, whatever the clock says. */
export interface Impersonations {
  /** The unit fails with `ConditionLost('actor_busy')` when the actor has an open one. */
  add(impersonation: Impersonation): Promise<void>
  find(id: string): Promise<Impersonation | undefined>
  findOpenByActor(actor: string): Promise<Impersonation | undefined>
  /** Open ones that concern an account (as actor or subject) or an app, oldest first. */
  findOpenOf(concern: { account: string } | { app: string }): Promise<Impersonation[]>
  /** Open ones whose time is over at `now`, oldest first, at most `limit`. */
  findOverdue(now: number, limit: number): Promise<Impersonation[]>
  /**
   * Ends it, destroys its grant and puts `events` into the outbox of the audit trail: one unit that
   * also stands when the request around it is refused. Does nothing when it has ended already.
   */
  end(id: string, ending: Ending, events: readonly AuditEvent[]): Promise<void>
  markRedeemed(id: string, at: number): Promise<void>
  /** How many match, at most `atMost`: counting on would take as long as reading them. */
  count(filter: ImpersonationFilter, now: number, atMost: number): Promise<number>
  /** Newest first. `now` tells active ones from overdue ones. */
  list(filter: ImpersonationFilter, page: PageRequest, now: number): Promise<Page<Impersonation>>
}
