import type { Origin } from '../impersonation/audit-event.ts'
import type { Limit, Limits } from '../ports/limits.ts'
import type { Ports } from '../ports/ports.ts'
import { Denied } from './denied.ts'
import { recordAside } from './write-audit.ts'

export interface Counted {
  readonly limit: Limit
  readonly key: string
  readonly points?: number
  /** Who is behind the key, for the audit trail. */
  readonly actor?: string | null
  readonly service?: string | null
}

/**
 * @param limits who counts; by default the counters that outlive the process.
 * @throws Denied RATE_LIMITED with the seconds to wait
 */
export async function limitRate(
  ports: Ports,
  counted: Counted,
  origin: Origin,
  limits: Limits = ports.limits,
): Promise<void> {
  const retryAfter = await limits.take(counted.limit, counted.key, counted.points)
  if (retryAfter === null) return
  await recordAside(
    ports,
    {
      action: 'rate_limit.exceeded',
      outcome: 'denied',
      code: 'RATE_LIMITED',
      actor: counted.actor ?? null,
      service: counted.service ?? null,
      details: { limit: counted.limit.name },
    },
    origin,
  )
  throw new Denied({ code: 'RATE_LIMITED', retryAfter })
}
