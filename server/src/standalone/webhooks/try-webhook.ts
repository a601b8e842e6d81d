import { randomUUID } from 'node:crypto'
import type { WebhookEndpoint } from '../../index.ts'
import type { Parts } from '../parts.ts'
import type { Outcome } from './attempt.ts'
import { attempt } from './attempt.ts'
import { composeTest } from './compose.ts'
import { prepareWorking } from './working.ts'

/** Sends a message that says nothing but that it is one, past everything that waits. */
export async function tryWebhook(parts: Parts, endpoint: WebhookEndpoint): Promise<Outcome> {
  const id = `test_${randomUUID()}`
  const working = await prepareWorking(parts, id)
  return attempt(endpoint.url, await composeTest(working, endpoint, id), working.reach)
}
