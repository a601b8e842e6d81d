import type { Ending } from './ending.ts'

export type Mode = 'read_only' | 'full'

/** The record that runs from start to end. Its id is also the id of its dedicated grant. */
export interface Impersonation {
  readonly id: string
  /** `sub` of the account that is really acting (RFC 8693 §4.1). */
  readonly actor: string
  readonly subject: string
  /** The subject’s when it began: the record stays where it was made, whoever moves. */
  readonly organization: string | null
  /** `client_id` of the app. */
  readonly app: string
  /** `client_id` of the service that asked for it; `null` when started on the command line. */
  readonly service: string | null
  readonly mode: Mode
  /** Issued scope, space-separated. */
  readonly scope: string
  readonly reason: string | null
  readonly ticket: string | null
  /** Epoch milliseconds, whole seconds, so that token times (RFC 7519 §2) and record agree. */
  readonly startedAt: number
  readonly expiresAt: number
  /** Until when the first refresh must have happened, if that was asked for. */
  readonly redeemBy: number | null
  readonly redeemedAt: number | null
  /** Login session of the actor at the issuer: signing out there ends the impersonation. */
  readonly actorSession: string | null
  readonly ended: Ending | null
}
