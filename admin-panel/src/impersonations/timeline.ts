import type { AuditEvent } from '../api/audit-events.ts'

/** For how many that are alike an event stands. */
export function timesOf({ details }: Pick<AuditEvent, 'details'>): number {
  const { count } = details
  return typeof count === 'number' ? count : 1
}

/** How many requests were made, as far as a timeline tells. */
export const requestsIn = (timeline: readonly AuditEvent[]): number =>
  timeline
    .filter(({ action }) => action === 'impersonation.request')
    .reduce((sum, event) => sum + timesOf(event), 0)
