import type { Ports } from '../ports/ports.ts'
import { endImpersonation } from './end-impersonation.ts'
import { flushAudit } from './flush-audit.ts'
import { recordCounted } from './write-audit.ts'

const BATCH = 100

/**
 * Ends what time has ended, so that every start gets its end also when nobody comes back, and moves
 * waiting audit events into the trail. Resolves to how many it ended.
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
  return ended
}
