import type { WebhookEndpoint } from '../../index.ts'
import type { Working } from './working.ts'

/** Starts and ends that wait for one endpoint. */
export const MOST_WAITING = 100_000
/** From here on there is room again. */
const ROOM_AT = 90_000

/** Stops queueing for an endpoint that never catches up, before its queue fills the database. */
export async function watchBacklog(
  { storage, impersonation, log }: Working,
  { id, isFull }: WebhookEndpoint,
): Promise<void> {
  const { waiting } = await storage.webhookDeliveries.count(id, MOST_WAITING)
  if (isFull && waiting <= ROOM_AT) {
    await storage.webhookEndpoints.note(id, { isFull: false })
  } else if (!isFull && waiting >= MOST_WAITING) {
    await storage.unitOfWork.run(async () => {
      await storage.webhookEndpoints.note(id, { isFull: true })
      const details = { endpoint: id, error: 'queue full' }
      await impersonation.record({ action: 'webhook.failed', outcome: 'failure', details }, null)
    })
    log.error({ webhook: id, alarm: true }, 'webhook queue is full')
  }
}
