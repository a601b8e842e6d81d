import { randomFillSync } from 'node:crypto'
import type { NewId } from '../ports/clock.ts'

const POOL_BYTES = 4096
const pool = Buffer.alloc(POOL_BYTES)
let used = POOL_BYTES

/** Drawing a little at a time from the system costs more than everything else about an id. */
function random(bits: 96 | 128): bigint {
  const bytes = bits / 8
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  const hex = pool.toString('hex', used, used + bytes)
  used += bytes
  return BigInt(`0x${hex}`)
}

/** Base 32 in ASCII order, so that text order is time order on every collation we use. */
const encode = (value: bigint | number, length: number): string =>
  value.toString(32).padStart(length, '0')

const timePart = (at: number): string => encode(at, 10)

let last = { at: -1, random: 0n }

/**
 * 50 bits of time, 128 random ones: unguessable, and new rows go to the end of every index. What one
 * process makes within a millisecond keeps its order, by steps nobody can guess either.
 */
export const newId: NewId = (prefix, at) => {
  last = { at, random: at === last.at ? last.random + 1n + random(96) : random(128) }
  return `${prefix}_${timePart(at)}${encode(last.random, 26)}`
}

/** The smallest id that an event at this time can have. */
export const idBound = (prefix: string, at: number): string => `${prefix}_${timePart(at)}`
