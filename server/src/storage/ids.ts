import { randomBytes } from 'node:crypto'
import type { NewId } from '../ports/clock.ts'

/** Crockford's base 32 in ASCII order, so that text order is time order on every collation we use. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

function encode(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest >>= 5n)
    text = ALPHABET[Number(rest & 31n)] + text
  return text
}

const timePart = (at: number): string => encode(BigInt(at), 10)

const random = (bits: number): bigint =>
  BigInt.asUintN(bits, BigInt(`0x${randomBytes(16).toString('hex')}`))

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
