import type { Origin } from '../impersonation/audit-event.ts'
import type { Ports } from '../ports/ports.ts'
import { limitRate } from './limit-rate.ts'
import type { Reader } from './recognise-reader.ts'

/** What is looked at, each look being an event of its own. */
type Look = 'views' | 'searches' | 'audit_views'

const PER_ACTOR = { points: 600, window: 600 }
/** Of a service that reads for nobody. */
const PER_SERVICE = { name: 'service_views', points: 6000, window: 600 }

/**
 * So that nobody who may only look can fill the audit trail, or read out all there are.
 *
 * @throws Denied RATE_LIMITED
 */
export async function limitLooks(
  ports: Ports,
  reader: Reader,
  look: Look,
  origin: Origin,
): Promise<void> {
  const { actor, service } = reader
  // Its lists are as long as they are, and it has to read them to their end.
  if (actor === null && look !== 'views') return
  const limit = actor === null ? PER_SERVICE : { name: look, ...PER_ACTOR }
  await limitRate(ports, { limit, key: actor ?? service, ...reader }, origin, ports.floodGuard)
}
