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
