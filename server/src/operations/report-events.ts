import type { Origin } from '../impersonation/audit-event.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import { endByTime } from '../impersonation/liveness.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'
import { Denied } from './denied.ts'
import { limitRate } from './limit-rate.ts'
import { record } from './write-audit.ts'

/** What a resource server saw an impersonated token do. */
export interface ReportedEvent {
  readonly type: 'request' | 'write_blocked' | 'forbidden_route'
  readonly method: string
  readonly route: string
  readonly requestId: string | null
  /** For how many that are alike this one stands. */
  readonly count?: number | undefined
}

const PER_IMPERSONATION = { name: 'events', points: 600, window: 60 }
/** More than one impersonation can use up, so that none silences the others. */
const PER_SERVICE = { name: 'service_events', points: 6000, window: 60 }

/** For how long resource servers may still report what was seen before the end. */
const GRACE_MS = 300_000

/**
 * Writes down, under one impersonation, what a resource server saw.
 *
 * @throws Denied NOT_FOUND, also a while after its end; RATE_LIMITED
 */
export async function reportEvents(
  ports: Ports,
  service: Service,
  id: string,
  events: readonly ReportedEvent[],
  origin: Origin,
): Promise<void> {
  const impersonation = await ports.impersonations.find(id)
  await limitReports(ports, service.clientId, impersonation, events.length, origin)
  if (impersonation === undefined) throw new Denied('NOT_FOUND')
  const now = ports.clock()
  const ended = impersonation.ended ?? endByTime(impersonation, now)
  if (ended !== null && now > ended.at + GRACE_MS) throw new Denied('NOT_FOUND')
  const about = {
    actor: impersonation.actor,
    service: service.clientId,
    subject: impersonation.subject,
    organization: impersonation.organization,
    app: impersonation.app,
    impersonation: id,
  }
  await ports.unitOfWork.run(async () => {
    for (const { type, method, route, requestId, count = 1 } of events) {
      const outcome = type === 'request' ? 'success' : 'denied'
      const details = { method, route, request_id: requestId, ...(count > 1 && { count }) }
      await record(ports, { action: `impersonation.${type}`, outcome, ...about, details }, origin)
    }
  })
}

/** Whoever is impersonating can cause as many as they like, and must not hide others among them. */
async function limitReports(
  ports: Ports,
  service: string,
  impersonation: Impersonation | undefined,
  points: number,
  origin: Origin,
): Promise<void> {
  const who = { points, service, actor: impersonation?.actor, impersonation: impersonation?.id }
  if (impersonation !== undefined) {
    const key = `${service}/${impersonation.id}`
    await limitRate(ports, { ...who, limit: PER_IMPERSONATION, key }, origin)
  }
  await limitRate(ports, { ...who, limit: PER_SERVICE, key: service }, origin)
}
