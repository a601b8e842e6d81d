import { setTimeout as delay } from 'node:timers/promises'
import type { AuditAction, AuditEvent } from '../../index.ts'
import type { Parts } from '../parts.ts'
import { readLatestEvents } from './read-latest-events.ts'

const EVERY_MS = 1000
/** Ends reach the trail through the outbox, some seconds after the time they carry. */
const LATE_MS = 60_000

/** The last events, oldest first, and then what is added, until the signal says stop. */
export async function* watchAuditTrail(
  { storage, clock }: Pick<Parts, 'storage' | 'clock'>,
  wanted: { readonly limit: number; readonly action?: AuditAction | undefined },
  signal: AbortSignal,
): AsyncGenerator<AuditEvent> {
  const readRecent = async (): Promise<AuditEvent[]> => {
    await storage.audit.flush().catch(() => undefined)
    const recent: AuditEvent[] = []
    const filter = { action: wanted.action, from: clock() - LATE_MS }
    for await (const event of storage.audit.stream(filter)) recent.push(event)
    return recent.toReversed()
  }
  const old = await readRecent()
  const first = await readLatestEvents(storage, wanted)
  let seen = new Set([...old, ...first].map((event) => event.id))
  yield* first
  for (;;) {
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    const recent = await readRecent()
    const before = seen
    seen = new Set(recent.map((event) => event.id))
    yield* recent.filter((event) => !before.has(event.id))
  }
}
