import type { Storage } from '../../index.ts'
import type { Finding } from '../administration/finding.ts'
import { fine, wrong } from '../administration/finding.ts'
import { waitingFor } from './waiting.ts'

/** A receiver may be down for a moment; nobody should have to wait for so long. */
const WAITS_MS = 3_600_000

export async function diagnoseWebhooks(storage: Storage, now: number): Promise<Finding> {
  const check = 'Webhooks'
  const endpoints = await storage.webhookEndpoints.list()
  if (endpoints.length === 0) return fine(check, 'none')
  for (const endpoint of endpoints) {
    const { id, isFull, lastError } = endpoint
    const { oldest } = await waitingFor(storage, endpoint, 1)
    const waits = oldest !== null && now - oldest > WAITS_MS
    if (!waits && !isFull) continue
    const detail = `${id} was not reached: ${lastError ?? 'nobody tried'}`
    return wrong(check, detail, `See what its receiver says: understudy webhook test ${id}`)
  }
  return fine(check, `${endpoints.length} in order`)
}
