import type { AuditFilter } from '../ports/audit-trail.ts'
import type { Ports } from '../ports/ports.ts'
import { flushAudit } from './flush-audit.ts'

/** No count goes beyond this: it would take as long as reading all there is. */
const COUNT_AT_MOST = 10_000

const DAY_MS = 86_400_000
const DAYS = 7

export interface Statistics {
  /** How far and when the audit trail was last verified; `null` before the first time. */
  readonly auditVerified: {
    readonly seq: number
    readonly at: number
    readonly valid: boolean
  } | null
  readonly active: number
  readonly startedLastDay: number
  readonly endedLastDay: number
  readonly deniedLastDay: number
  /** `null` when the host's directory cannot tell. */
  readonly users: number | null
  /** The last seven days in UTC, today last. `day` is when it began, epoch milliseconds. */
  readonly byDay: readonly {
    readonly day: number
    readonly started: number
    readonly denied: number
  }[]
}

export async function readStatistics(ports: Ports): Promise<Statistics> {
  const { audit, clock, directory, impersonations } = ports
  await flushAudit(ports)
  const now = clock()
  const count = (filter: AuditFilter): Promise<number> => audit.count(filter, COUNT_AT_MOST)
  const today = Math.floor(now / DAY_MS) * DAY_MS
  const byDay: { day: number; started: number; denied: number }[] = []
  for (let day = today - (DAYS - 1) * DAY_MS; day <= today; day += DAY_MS) {
    const within = { from: day, to: day + DAY_MS }
    const started = await count({ action: 'impersonation.started', ...within })
    const denied = await count({ action: 'impersonation.denied', ...within })
    byDay.push({ day, started, denied })
  }
  const from = now - DAY_MS
  const last = await ports.auditSeal.lastVerification()
  return {
    active: await impersonations.count({ status: 'active' }, now, COUNT_AT_MOST),
    startedLastDay: await count({ action: 'impersonation.started', from }),
    endedLastDay: await count({ action: 'impersonation.ended', from }),
    deniedLastDay: await count({ action: 'impersonation.denied', from }),
    users: (await directory.countAccounts?.({}, COUNT_AT_MOST)) ?? null,
    byDay,
    auditVerified: last ? { seq: last.seq, at: last.at, valid: last.problem === null } : null,
  }
}
