import type { AuditAction, AuditEvent, AuditOutcome } from '../impersonation/audit-event.ts'
import type { Page, PageRequest } from './page.ts'

export interface AuditFilter {
  /** Epoch milliseconds, inclusive. */
  readonly from?: number | undefined
  /** Epoch milliseconds, exclusive. */
  readonly to?: number | undefined
  readonly action?: AuditAction | undefined
  readonly actor?: string | undefined
  readonly subject?: string | undefined
  readonly organization?: string | undefined
  readonly app?: string | undefined
  readonly impersonation?: string | undefined
  readonly outcome?: AuditOutcome | undefined
}

/** What whoever impersonates can cause as often as they like. */
export const repeatedActions: readonly AuditAction[] = [
  'impersonation.request',
  'impersonation.write_blocked',
  'impersonation.forbidden_route',
  'impersonation.refreshed',
]

/** As many of each of these as a timeline shows. */
export const MOST_REPEATED = 1000

/** Everything about one impersonation, oldest first; of what is repeated, the newest. */
export interface Timeline {
  readonly events: readonly AuditEvent[]
  /** Whether it lacks the oldest of what is repeated. */
  readonly isTruncated: boolean
}

/** Append-only. What is recorded in a unit is committed with it or fails it. */
export interface AuditTrail {
  /** `email` is kept with the personal data that can be erased. */
  record(event: AuditEvent, email?: string | null): Promise<void>
  /** Newest first. */
  list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEvent>>
  /** How many match, at most `atMost`: counting on would take as long as reading them. */
  count(filter: AuditFilter, atMost: number): Promise<number>
  timeline(impersonation: string): Promise<Timeline>
  /** All that match, newest first, read in small pages so that memory stays flat. */
  stream(filter: AuditFilter): AsyncIterable<AuditEvent>
  /** Calls the listener with each event that this process has written, once it is durable. */
  observe(listener: (event: AuditEvent) => void): void
  /** Moves what waits in the outbox into the trail. Rejects when the trail cannot be written. */
  flush(): Promise<void>
}
