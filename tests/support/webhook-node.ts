import { randomUUID } from 'node:crypto'
import type { Parts } from '../../server/src/standalone/parts.ts'
import type { AddedWebhook } from '../../server/src/standalone/webhooks/administer.ts'
import { addWebhook, removeWebhook } from '../../server/src/standalone/webhooks/administer.ts'
import type { NewWebhook } from '../../server/src/standalone/webhooks/new-webhook.ts'
import type { WebhookWork } from '../../server/src/standalone/webhooks/webhook-work.ts'
import { createWebhookWork } from '../../server/src/standalone/webhooks/webhook-work.ts'
import { commandLine } from '../../server/src/standalone/administration/requester.ts'

const fail = (error: unknown): never => {
  throw error
}

/** The background work of one node, for webhooks alone. */
export const webhookNode = (parts: Parts): WebhookWork =>
  createWebhookWork(parts, randomUUID(), fail)

/** Looks once, and waits until everything that was due has been tried. */
export async function deliverWebhooks(parts: Parts): Promise<void> {
  const node = webhookNode(parts)
  await node.turn(1, () => false)
  await node.finish()
}

export const subscribe = (
  parts: Parts,
  wanted: Partial<NewWebhook> & { readonly url: string },
): Promise<AddedWebhook> => addWebhook(parts, { format: 'standard', ...wanted }, commandLine)

export async function unsubscribeAll(parts: Parts): Promise<void> {
  for (const { id } of await parts.storage.webhookEndpoints.list()) {
    await removeWebhook(parts, id, commandLine)
  }
}
