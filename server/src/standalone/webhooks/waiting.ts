import type { Storage, WebhookEndpoint } from '../../index.ts'

/** What an endpoint is still to be told: starts and ends, and the sealed audit trail from where it is. */
export async function waitingFor(
  { webhookDeliveries, auditSeal }: Pick<Storage, 'webhookDeliveries' | 'auditSeal'>,
  { id, events, auditSeq }: WebhookEndpoint,
  atMost: number,
): Promise<{ readonly waiting: number; readonly oldest: number | null }> {
  const deliveries = await webhookDeliveries.count(id, atMost)
  if (!events.includes('audit.*')) return deliveries
  const [next] = await webhookDeliveries.auditAfter(auditSeq, 1)
  if (next === undefined) return deliveries
  const { seq } = await auditSeal.head()
  return {
    waiting: deliveries.waiting + seq - next.seq + 1,
    oldest: Math.min(deliveries.oldest ?? Infinity, next.at),
  }
}
