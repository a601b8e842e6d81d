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
  readonly actor?: string | null | undefined
  readonly service?: string | null
  readonly impersonation?: string | null | undefined
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
  const wait = await limits.take(counted.limit, counted.key, counted.points)
  if (wait !== null) await refuseFor(ports, counted, origin, wait)
}

/**
 * Refuses what has nothing left, and counts nothing yet.
 *
 * @throws Denied RATE_LIMITED with the seconds to wait
 */
export async function refuseExhausted(
  ports: Ports,
  counted: Counted,
  origin: Origin,
): Promise<void> {
  const wait = await ports.limits.look(counted.limit, counted.key)
  if (wait !== null) await refuseFor(ports, counted, origin, wait)
}

async function refuseFor(
  ports: Ports,
  { limit, actor = null, service = null, impersonation = null }: Counted,
  origin: Origin,
  retryAfter: number,
): Promise<never> {
  await recordAside(
    ports,
    {
      action: 'rate_limit.exceeded',
      outcome: 'denied',
      code: 'RATE_LIMITED',
      actor,
      service,
      impersonation,
      details: { limit: limit.name },
    },
    origin,
  )
  throw new Denied({ code: 'RATE_LIMITED', retryAfter })
}
