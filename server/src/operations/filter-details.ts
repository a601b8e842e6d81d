import type { AuditFilter } from '../ports/audit-trail.ts'

/** What somebody looked for in the trail, as the trail itself says it: times as everywhere on the wire. */
export const filterDetails = ({
  from,
  to,
  ...rest
}: AuditFilter): Readonly<Record<string, unknown>> => ({
  ...(from !== undefined && { from: new Date(from).toISOString() }),
  ...(to !== undefined && { to: new Date(to).toISOString() }),
  ...rest,
})
