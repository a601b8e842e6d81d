import type { Issuer } from './issuer.ts'
import type { Settings } from './options.ts'
import type { Report, ReportQueue } from './report-queue.ts'
import { enqueue, nextOf } from './report-queue.ts'

const EACH_MS = 1000
const AFTER_FAILURE_S = 5
const LONGEST_PAUSE_S = 60

/** Brings reports to the issuer's audit trail, later and together: no request waits for it. */
export interface Reports {
  /** How many were given up, because the issuer refused them or was away at the end. */
  readonly dropped: number
  add(impersonation: string, report: Report): void
  /** Sends what is waiting, tries that once, and takes no more. */
  close(): Promise<void>
}

interface Waiting {
  readonly queue: ReportQueue
  /** For how many seconds to leave the issuer alone. */
  pause: number
}

export function createReports({ onError }: Settings, issuer: Issuer): Reports {
  const waiting = new Map<string, Waiting>()
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  let isClosed = false

  const deliver = async (id: string, one: Waiting): Promise<void> => {
    // What is counted meanwhile goes out later.
    const batch = nextOf(one.queue).map(([key, waits]) => ({ ...waits, key, waits }))
    const events = batch.map(({ event, count }) => (count > 1 ? { ...event, count } : event))
    try {
      const { status, headers } = await issuer.report(id, events)
      const failure = new Error(`reports were answered with ${status}`)
      if (status > 499) throw failure
      if (status !== 202) onError(failure)
      // One impersonation that has reported too much does not silence the others.
      if (status === 429)
        one.pause = Math.min(Number(headers.get('retry-after')) || AFTER_FAILURE_S, LONGEST_PAUSE_S)
      else
        for (const { key, waits, count } of batch) {
          // What the issuer does not take now it will not take later.
          if (status !== 202) dropped += count
          waits.count -= count
          if (waits.count === 0) one.queue.delete(key)
        }
    } catch (error) {
      onError(error)
      for (const other of waiting.values()) other.pause = AFTER_FAILURE_S
    }
  }

  const flush = async (): Promise<void> => {
    for (const [id, one] of waiting) {
      if (one.pause > 0) one.pause -= 1
      else await deliver(id, one)
      while (one.queue.size > 0 && one.pause === 0) {
        if (!isClosed) break
        await deliver(id, one)
      }
      if (one.queue.size === 0) waiting.delete(id)
    }
  }

  return {
    get dropped() {
      return dropped
    },
    add(impersonation, report) {
      if (isClosed) return
      const one = waiting.get(impersonation) ?? { queue: new Map(), pause: 0 }
      waiting.set(impersonation, one)
      enqueue(one.queue, report)
      timer ??= setInterval(() => {
        running = running.then(flush)
      }, EACH_MS).unref()
    },
    async close() {
      isClosed = true
      clearInterval(timer)
      await running
      for (const one of waiting.values()) one.pause = 0
      await flush()
      for (const { queue } of waiting.values())
        for (const { count } of queue.values()) dropped += count
      waiting.clear()
    },
  }
}
