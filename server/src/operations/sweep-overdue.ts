import type { Ports } from '../ports/ports.ts'
import { endImpersonation } from './end-impersonation.ts'
import { flushAudit } from './flush-audit.ts'
import { verifyLiveness } from './verify-liveness.ts'
import { recordCounted } from './write-audit.ts'

const BATCH = 100
/** So many open ones are looked at each time, all of them in turn. */
const LOOKED_AT = 50

/**
 * Ends what time has ended, so that every start gets its end also when nobody comes back, and what
 * may no longer live without anybody having said so; moves waiting audit events into the trail.
 * Resolves to how many it ended.
 */
export async function sweepOverdue(ports: Ports): Promise<number> {
  let ended = 0
  for (let batch = BATCH; batch === BATCH;) {
    const overdue = await ports.impersonations.findOverdue(ports.clock(), BATCH)
    for (const impersonation of overdue) {
      await ports.unitOfWork.run(() => endImpersonation(ports, impersonation, 'lifetime_over'))
    }
    batch = overdue.length
    ended += batch
  }
  await recordCounted(ports)
  await flushAudit(ports)
  const lost = await endLost(ports)
  if (lost > 0) await flushAudit(ports)
  return ended + lost
}

/** Where each store's open ones are looked at next. */
const places = new WeakMap<Ports['impersonations'], string | null>()

/** Say, because a login has run out, or a host has changed an account and kept it to itself. */
async function endLost(ports: Ports): Promise<number> {
  const { impersonations, unitOfWork, clock, alarm } = ports
  const page = { cursor: places.get(impersonations) ?? null, limit: LOOKED_AT }
  // First: a place that is no more must not be asked for again.
  places.delete(impersonations)
  const { items, nextCursor } = await impersonations.list({ status: 'active' }, page, clock())
  places.set(impersonations, nextCursor)
  let lost = 0
  for (const impersonation of items) {
    try {
      const isAlive = await unitOfWork.run(() => verifyLiveness(ports, impersonation, null))
      if (!isAlive) lost += 1
    } catch (error) {
      // One that cannot be judged must not keep the others waiting.
      alarm('the liveness of an impersonation cannot be judged', error)
    }
  }
  return lost
}
