import { setTimeout as delay } from 'node:timers/promises'
import type { Parts } from './parts.ts'

const SWEEP_MS = 5000
const PURGE_EVERY = 12

export interface Background {
  stop(): Promise<void>
}

/** Ends what time has ended, empties the audit outbox, and now and then deletes expired tokens. */
export function startBackground({ impersonation, storage, log }: Parts): Background {
  const stopping = new AbortController()
  const { signal } = stopping
  const work = async (): Promise<void> => {
    for (let turn = 1; !signal.aborted; turn++) {
      try {
        await impersonation.sweep()
        if (turn % PURGE_EVERY === 0) await storage.purge(() => signal.aborted)
      } catch (error) {
        log.error({ err: error, alarm: true }, 'background work failed')
      }
      await delay(SWEEP_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }
  const running = work()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}
