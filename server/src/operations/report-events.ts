import type { Origin } from '../impersonation/audit-event.ts'
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
}

/**
 * Writes down, under one impersonation, what a resource server saw.
 *
 * @throws Denied NOT_FOUND, RATE_LIMITED
 */
export async function reportEvents(
  ports: Ports,
  service: Service,
  id: string,
  events: readonly ReportedEvent[],
  origin: Origin,
): Promise<void> {
  const limit = { name: 'events', points: 600, window: 60 }
  const counted = { limit, key: service.clientId, points: events.length, service: service.clientId }
  await limitRate(ports, counted, origin)
  const impersonation = await ports.impersonations.find(id)
  if (impersonation === undefined) throw new Denied('NOT_FOUND')
  const subject = await ports.directory.findAccount(impersonation.subject)
  const about = {
    actor: impersonation.actor,
    service: service.clientId,
    subject: impersonation.subject,
    organization: subject?.organization?.id ?? null,
    app: impersonation.app,
    impersonation: id,
  }
  await ports.unitOfWork.run(async () => {
    for (const { type, method, route, requestId } of events) {
      const outcome = type === 'request' ? 'success' : 'denied'
      const details = { method, route, request_id: requestId }
      await record(ports, { action: `impersonation.${type}`, outcome, ...about, details }, origin)
    }
  })
}
