export interface Limit {
  /** Names the counter. */
  readonly name: string
  readonly points: number
  /** Seconds. */
  readonly window: number
}

export interface Limits {
  /** Takes `points` (default one) and resolves to `null`, or to the seconds to wait. */
  take(limit: Limit, key: string, points?: number): Promise<number | null>
}

/** Counters that can also be a part of what they limit, so that counting costs no write of its own. */
export interface StoredLimits extends Limits {
  /** Takes nothing; resolves as `take` would. */
  look(limit: Limit, key: string): Promise<number | null>
  /** Takes one with the unit it is called in, which fails with `ConditionLost('limit')` without one left. */
  takeWithin(limit: Limit, key: string): Promise<void>
}
