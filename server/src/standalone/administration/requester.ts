import type { Happening, Origin } from '../../index.ts'
import type { Parts } from '../parts.ts'

/** On whose behalf something is administered, for the audit trail. */
export interface Requester {
  /** `sub` of the administrator, where one has signed in. */
  readonly actor: string | null
  readonly origin: Origin | null
  /** What stands in the event's details when no account stands behind it. */
  readonly by: string | null
}

/** A terminal has no address that could be counted or written down. */
export const nowhere: Origin = { requestId: null, ip: null, userAgent: null }

/** Whoever has a shell on the server and may read its keys. */
export const commandLine: Requester = { actor: null, origin: null, by: 'command line' }

/** Writes down what was done, in the unit it is called in: without its event nothing is done. */
export function note(
  { impersonation }: Pick<Parts, 'impersonation'>,
  { actor, origin, by }: Requester,
  happening: Omit<Happening, 'outcome'>,
): Promise<void> {
  const details = { ...happening.details, ...(by !== null && { by }) }
  return impersonation.record({ actor, outcome: 'success', ...happening, details }, origin)
}

/** As `note`, for something that was refused: its event never gets in the way of the refusal. */
export function noteRefused(
  { impersonation }: Pick<Parts, 'impersonation'>,
  { origin, by }: Requester,
  happening: Omit<Happening, 'outcome'>,
): Promise<void> {
  const details = { ...happening.details, ...(by !== null && { by }) }
  return impersonation.recordAside({ outcome: 'failure', ...happening, details }, origin)
}
