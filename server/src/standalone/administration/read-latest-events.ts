import type { AuditAction, AuditEvent, Storage } from '../../index.ts'

/** The last so many events, oldest first. */
export async function readLatestEvents(
  storage: Storage,
  { limit, action }: { readonly limit: number; readonly action?: AuditAction | undefined },
): Promise<AuditEvent[]> {
  // What could not be moved from the outbox is missing here, and doctor says so.
  await storage.audit.flush().catch(() => undefined)
  const events: AuditEvent[] = []
  for await (const event of storage.audit.stream({ action })) {
    events.push(event)
    if (events.length === limit) break
  }
  return events.toReversed()
}
