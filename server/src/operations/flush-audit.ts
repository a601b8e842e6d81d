import type { Ports } from '../ports/ports.ts'

/**
 * Moves ended impersonations' events from the outbox into the trail. What cannot be written stays
 * there, is tried again, and raises the alarm. Never throws.
 */
export async function flushAudit({ audit, alarm }: Pick<Ports, 'audit' | 'alarm'>): Promise<void> {
  try {
    await audit.flush()
  } catch (error) {
    alarm('audit events wait in the outbox and could not be written', error)
  }
}
