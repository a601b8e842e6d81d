import { randomBytes } from 'node:crypto'
import type { WebhookEndpoint } from '../../index.ts'
import { ConditionLost, webhookEvents } from '../../index.ts'
import { Refusal } from '../administration/refusal.ts'
import type { Requester } from '../administration/requester.ts'
import { note } from '../administration/requester.ts'
import type { Parts } from '../parts.ts'
import type { NewWebhook } from './new-webhook.ts'
import { newWebhookSecret } from './standard-webhook.ts'

const MOST_ENDPOINTS = 20

export interface AddedWebhook {
  readonly endpoint: WebhookEndpoint
  /** To verify signatures with; it can be read only now. `null` where the issuer's keys do that. */
  readonly secret: string | null
}

/** The URL is one that was looked at. @throws Refusal */
export async function addWebhook(
  parts: Parts,
  { url, format, events, audience }: NewWebhook,
  requester: Requester,
): Promise<AddedWebhook> {
  const { storage, box, clock } = parts
  if ((await storage.webhookEndpoints.list()).length >= MOST_ENDPOINTS) {
    throw new Refusal(`There are ${MOST_ENDPOINTS} webhooks already.`)
  }
  const secret = format === 'standard' ? newWebhookSecret() : null
  const endpoint: WebhookEndpoint = {
    id: `whe_${randomBytes(10).toString('hex')}`,
    url,
    format,
    events: webhookEvents.filter((event) => (events ?? defaultEvents(format)).includes(event)),
    audience: format === 'caep' ? (audience ?? new URL(url).origin) : null,
    sealedSecret: secret === null ? null : box.seal(secret),
    createdAt: clock(),
    // News begins now.
    auditSeq: (await storage.auditSeal.head()).seq,
    failures: 0,
    resumeAt: 0,
    lastError: null,
    isFull: false,
  }
  await storage.unitOfWork.run(async () => {
    await storage.webhookEndpoints.add(endpoint)
    // The URL may hold a secret of the receiver's; where it leads to is enough.
    const details = { endpoint: endpoint.id, origin: new URL(url).origin, format }
    await note(parts, requester, { action: 'webhook.added', details })
  })
  return { endpoint, secret }
}

const defaultEvents = (format: NewWebhook['format']): WebhookEndpoint['events'] =>
  format === 'caep' ? ['impersonation.ended'] : ['impersonation.started', 'impersonation.ended']

/** What still waits for it is not sent. @throws Refusal */
export async function removeWebhook(parts: Parts, id: string, requester: Requester): Promise<void> {
  try {
    await parts.storage.unitOfWork.run(async () => {
      await parts.storage.webhookEndpoints.remove(id)
      await note(parts, requester, { action: 'webhook.removed', details: { endpoint: id } })
    })
  } catch (error) {
    if (!(error instanceof ConditionLost)) throw error
    throw unknown(id)
  }
}

/** @throws Refusal */
export async function knownWebhook(
  { storage }: Pick<Parts, 'storage'>,
  id: string,
): Promise<WebhookEndpoint> {
  const found = (await storage.webhookEndpoints.list()).find((endpoint) => endpoint.id === id)
  if (found === undefined) throw unknown(id)
  return found
}

const unknown = (id: string): Refusal => new Refusal(`There is no webhook ${id}.`)
