import type { AuditEvent } from '../api/audit-events.ts'

/** For how many that are alike an event stands. */
export function timesOf({ details }: Pick<AuditEvent, 'details'>): number {
  const { count } = details
  return typeof count === 'number' ? count : 1
}

/** How often something was done, as far as a timeline tells. */
export const timesIn = (timeline: readonly AuditEvent[], done: string): number =>
  timeline.filter(({ action }) => action === done).reduce((sum, event) => sum + timesOf(event), 0)

export const requestsIn = (timeline: readonly AuditEvent[]): number =>
  timesIn(timeline, 'impersonation.request')
