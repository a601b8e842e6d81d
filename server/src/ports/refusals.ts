import type { Happening, Origin } from '../impersonation/audit-event.ts'

/** Refusals that are much alike, and not written one by one. */
export interface Alike {
  readonly happening: Happening
  readonly origin: Origin | null
}

/** Keeps a flood of refusals from becoming a flood of audit events. */
export interface Refusals {
  /** Whether this one is written by itself; one that is not is counted. */
  admits(happening: Happening, origin: Origin | null): boolean
  /** What was counted in the minute that is over, or so far, each returned once. */
  counted(soFar?: boolean): readonly Alike[]
}
