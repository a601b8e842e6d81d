import type { BareAuditEvent, WebhookDelivery, WebhookEndpoint } from '../../index.ts'
import type { Outcome } from './attempt.ts'
import { attempt } from './attempt.ts'
import { MOST_AGE_MS, MOST_ATTEMPTS, pauseAfter } from './back-off.ts'
import { composeAudit, composeDelivery } from './compose.ts'
import { giveUp } from './give-up.ts'
import type { Working } from './working.ts'

const SENT: Outcome = { sent: true }

/** Tells one endpoint of one start or end, once, and writes down what became of it. */
export async function tell(
  working: Working,
  endpoint: WebhookEndpoint,
  delivery: WebhookDelivery,
): Promise<Outcome> {
  const { storage, clock, random } = working
  const impersonation = await storage.impersonations.find(delivery.impersonation)
  const outcome =
    impersonation === undefined
      ? SENT
      : await attempt(
          endpoint.url,
          await composeDelivery(working, endpoint, delivery, impersonation),
          working.reach,
        )
  if (outcome.sent) {
    await storage.webhookDeliveries.remove(delivery)
    return outcome
  }
  const attempts = delivery.attempts + 1
  const now = clock()
  if (attempts >= MOST_ATTEMPTS || now - delivery.createdAt >= MOST_AGE_MS) {
    await giveUp(working, [{ ...delivery, attempts }], outcome.error)
  } else {
    await storage.webhookDeliveries.postpone(delivery, now + pauseAfter(attempts, random()))
  }
  return outcome
}

/** Tells an endpoint what comes next in the audit trail; nothing is ever left out for a failure. */
export async function tellAudit(
  working: Working,
  endpoint: WebhookEndpoint,
  events: readonly BareAuditEvent[],
): Promise<Outcome> {
  const last = events.at(-1)
  if (last === undefined) return SENT
  const outcome = await attempt(
    endpoint.url,
    composeAudit(working, endpoint, events),
    working.reach,
  )
  if (outcome.sent) await working.storage.webhookEndpoints.note(endpoint.id, { auditSeq: last.seq })
  // A place in the trail cannot be skipped, so here it is always the receiver.
  return outcome.sent ? outcome : { ...outcome, because: 'receiver' }
}
