import { createHash, randomBytes } from 'node:crypto'

/** 256 bits that nobody guesses. */
export const newId = (): string => randomBytes(32).toString('base64url')

/** Under which an id is kept: what can be read in memory opens nothing. */
export const keyOf = (id: string): string => createHash('sha256').update(id).digest('base64url')
