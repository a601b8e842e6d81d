import type { Impersonation } from '../impersonation/impersonation.ts'

/** Knows how long impersonations have run here, by a clock that nobody can turn back. */
export interface Stopwatch {
  /** Begins to count, unless it does already. */
  note(impersonation: Impersonation): void
  /** Whether its whole time has passed since it was noted, whatever the time of day says. */
  isOver(impersonation: Impersonation): boolean
}
