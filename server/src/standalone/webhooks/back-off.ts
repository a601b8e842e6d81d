const FIRST_MS = 10_000
const LONGEST_MS = 4 * 3_600_000
const GROWTH = 3

/** With the pauses between them, a bit less than a day. */
export const MOST_ATTEMPTS = 13
/** Also what was hardly tried, because its receiver was down, is given up after so long. */
export const MOST_AGE_MS: number = 24 * 3_600_000

/**
 * How long to wait after so many failures: 10 s, 30 s, 90 s … 4 h, each up to a fifth longer or
 * shorter, so that many who wait do not come back together.
 *
 * @param random 0 to 1
 */
export const pauseAfter = (failures: number, random: number): number =>
  Math.round(Math.min(LONGEST_MS, FIRST_MS * GROWTH ** (failures - 1)) * (0.8 + 0.4 * random))
