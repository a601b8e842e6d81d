import type { WebhookDelivery } from '../../index.ts'
import type { Working } from './working.ts'

const BATCH = 50

/** Tells of it no more; what was never told is on record, and an operator hears of it. */
export async function giveUp(
  { storage, impersonation, log }: Pick<Working, 'storage' | 'impersonation' | 'log'>,
  deliveries: readonly WebhookDelivery[],
  error: string,
): Promise<void> {
  await storage.unitOfWork.run(async () => {
    for (const delivery of deliveries) {
      await storage.webhookDeliveries.remove(delivery)
      const { endpoint, event, attempts } = delivery
      const details = { endpoint, event, attempts, error }
      const about = { impersonation: delivery.impersonation, details }
      await impersonation.record({ action: 'webhook.failed', outcome: 'failure', ...about }, null)
    }
  })
  const [first] = deliveries
  const webhook = first?.endpoint
  log.error({ webhook, count: deliveries.length, reason: error, alarm: true }, 'webhook given up')
}

/** What is older than anybody would want to hear, when its receiver is still down. */
export async function giveUpOlder(
  working: Working,
  endpoint: string,
  than: number,
  error: string,
): Promise<void> {
  for (let found = BATCH; found === BATCH;) {
    const old = await working.storage.webhookDeliveries.findOlder(endpoint, than, BATCH)
    if (old.length > 0) await giveUp(working, old, error)
    found = old.length
  }
}
