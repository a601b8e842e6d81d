import type { Parts } from '../parts.ts'

/**
 * After a change: ends at once the live impersonations that it forbids, and moves their events into
 * the trail. The change stands whatever becomes of this: liveness is asked again at every use.
 */
export async function endAffected(
  { impersonation, storage, log }: Pick<Parts, 'impersonation' | 'storage' | 'log'>,
  concern: { readonly account: string } | { readonly app: string },
): Promise<void> {
  try {
    await impersonation.changed(concern)
    await storage.audit.flush()
  } catch (error) {
    log.error({ err: error, alarm: true }, 'live impersonations could not be looked through')
  }
}
