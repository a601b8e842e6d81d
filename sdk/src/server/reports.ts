import type { Issuer } from './issuer.ts'
import type { Settings } from './options.ts'

const EACH_MS = 1000
const AFTER_FAILURE_S = 5
const LONGEST_PAUSE_S = 60
const MOST_AT_ONCE = 50
const MOST_WAITING = 5000

/** What an impersonated token was seen to do. */
export interface Report {
  readonly type: 'request' | 'write_blocked' | 'forbidden_route'
  readonly method: string
  /** The route's pattern, `/orders/:id`: an address may hold personal data. */
  readonly route: string
  readonly requestId?: string
}

/** Brings reports to the issuer's audit trail, later and together: no request waits for it. */
export interface Reports {
  /** How many were given up, because the issuer was away for too long or refused them. */
  readonly dropped: number
  add(impersonation: string, report: Report): void
  /** Sends what is waiting, tries that once, and takes no more. */
  close(): Promise<void>
}

interface Waiting {
  readonly impersonation: string
  readonly event: object
}

export function createReports({ onError }: Settings, issuer: Issuer): Reports {
  let waiting: Waiting[] = []
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  let isClosed = false

  /** Returns for how many milliseconds to wait before trying again; 0 when that is of no use. */
  const deliver = async (id: string, batch: readonly Waiting[]): Promise<number> => {
    try {
      const events = batch.map(({ event }) => event)
      const { status, headers } = await issuer.report(id, events)
      if (status === 202) return 0
      onError(new Error(`reports were answered with ${status}`))
      if (status === 429 || status > 499)
        return (
          Math.min(Number(headers.get('retry-after')) || AFTER_FAILURE_S, LONGEST_PAUSE_S) * 1000
        )
      // What the issuer does not take now it will not take later.
      dropped += batch.length
      return 0
    } catch (error) {
      onError(error)
      return AFTER_FAILURE_S * 1000
    }
  }

  /** Returns for how many milliseconds the issuer should be left alone. */
  const flush = async (): Promise<number> => {
    while (waiting[0] !== undefined) {
      const { impersonation: about } = waiting[0]
      const batch = waiting.filter((one) => one.impersonation === about).slice(0, MOST_AT_ONCE)
      waiting = waiting.filter((one) => !batch.includes(one))
      const wait = await deliver(about, batch)
      if (wait === 0) continue
      waiting = [...batch, ...waiting]
      return wait
    }
    return EACH_MS
  }

  const run = async (): Promise<void> => {
    const wait = await flush()
    timer = undefined
    if (waiting.length > 0 && !isClosed) schedule(wait)
  }
  const schedule = (milliseconds: number): void => {
    timer ??= setTimeout(() => {
      running = run()
    }, milliseconds).unref()
  }

  return {
    get dropped() {
      return dropped
    },
    add(impersonation, report) {
      if (isClosed) return
      waiting.push({ impersonation, event: eventOf(report) })
      if (waiting.length > MOST_WAITING) {
        waiting.shift()
        dropped += 1
      }
      schedule(EACH_MS)
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      await running
      await flush()
      dropped += waiting.length
      waiting = []
    },
  }
}

/** As the issuer takes it: one event that it does not would cost all that travel with it. */
function eventOf({ type, method, route, requestId }: Report): object {
  return {
    type,
    method: /^[A-Z]{1,20}$/.test(method) ? method : 'OTHER',
    route: printable(route, 500) || '*',
    ...(requestId !== undefined && { request_id: printable(requestId, 100) || '-' }),
  }
}

const printable = (text: string, most: number): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim()
    .slice(0, most)
