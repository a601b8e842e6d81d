import { randomBytes } from 'node:crypto'
import type { NewId } from '../ports/clock.ts'

/** Crockford's base 32 in ASCII order, so that text order is time order on every collation we use. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

function encode(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest >>= 5n) text = ALPHABET[Number(rest & 31n)] + text
  return text
}

const timePart = (at: number): string => encode(BigInt(at), 10)

/** 48 bits of time, 130 random ones: unguessable, and new rows go to the end of every index. */
export const newId: NewId = (prefix, at) => {
  const random = BigInt(`0x${randomBytes(17).toString('hex')}`)
  return `${prefix}_${timePart(at)}${encode(random, 26)}`
}

/** The smallest id that an event at this time can have. */
export const idBound = (prefix: string, at: number): string => `${prefix}_${timePart(at)}`
