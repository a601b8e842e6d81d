import { loadKeys, rotateKeys } from '../key-ring.ts'
import type { Parts } from '../parts.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

/** @returns the ids of the keys that sign once every server has been started again. */
export async function rotateSigningKeys(parts: Parts, requester: Requester): Promise<string[]> {
  const { storage, box, clock } = parts
  // There must be something to turn.
  await loadKeys(storage, box, clock)
  return rotateKeys(storage, box, clock, (signing) =>
    note(parts, requester, { action: 'key.rotated', details: { signing } }),
  )
}
