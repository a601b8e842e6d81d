import type { Origin } from '../../index.ts'
import { endImpersonation, newId } from '../../index.ts'
import type { Parts } from '../parts.ts'

/** Somebody ends what is being done in their name. @returns whether there is such a one of theirs. */
export async function endAsSubject(
  parts: Parts,
  sub: string,
  id: string,
  origin: Origin,
): Promise<boolean> {
  const { impersonations, clock, storage, log } = parts
  const found = await impersonations.find(id)
  if (found?.subject !== sub) return false
  await storage.unitOfWork.run(() =>
    endImpersonation({ impersonations, clock, newId }, found, 'ended_by_subject', { origin }),
  )
  await storage.audit.flush().catch((error: unknown) => {
    log.error({ err: error, alarm: true }, 'audit events wait in the outbox')
  })
  return true
}
