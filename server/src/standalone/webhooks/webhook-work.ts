import type { Parts } from '../parts.ts'
import { leaseOf, serveEndpoint } from './serve-endpoint.ts'
import { watchBacklog } from './watch-backlog.ts'
import type { Working } from './working.ts'
import { prepareWorking } from './working.ts'

const WATCH_EVERY = 10

export interface WebhookWork {
  /** Looks what is due, and begins to send it; a slow endpoint keeps no other waiting. */
  turn(turn: number, stopped: () => boolean): Promise<void>
  /** Resolves when what is on its way has arrived or failed. */
  finish(): Promise<void>
}

/** What one of the nodes does for each endpoint. */
export function createWebhookWork(
  parts: Parts,
  holder: string,
  onFailure: (error: unknown) => void,
): WebhookWork {
  const running = new Map<string, Promise<void>>()
  let working: Working | undefined
  return {
    async turn(turn, stopped) {
      // Of those that are being served, what is read now would be old when that is done.
      const busy = new Set(running.keys())
      const endpoints = await parts.storage.webhookEndpoints.list()
      if (endpoints.length === 0) return
      working ??= await prepareWorking(parts, holder)
      for (const endpoint of endpoints) {
        if (turn % WATCH_EVERY === 0) await watchBacklog(working, endpoint)
        if (busy.has(endpoint.id)) continue
        const serving = serveEndpoint(working, endpoint, stopped)
          .catch(onFailure)
          .finally(() => running.delete(endpoint.id))
        running.set(endpoint.id, serving)
      }
    },
    async finish() {
      await Promise.all(running.values())
      if (working === undefined) return
      for (const endpoint of await parts.storage.webhookEndpoints.list()) {
        await parts.storage.leases.release(leaseOf(endpoint), holder)
      }
    },
  }
}
