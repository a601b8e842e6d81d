import { loadKeys, rotateKeys } from '../keys/key-ring.ts'
import type { Parts } from '../parts.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

export interface Rotation {
  /** The ids of the keys that sign once every server has been started again. */
  readonly signing: readonly string[]
  /** Whether they are others than before: the first turn only announces keys. */
  readonly turned: boolean
}

export async function rotateSigningKeys(parts: Parts, requester: Requester): Promise<Rotation> {
  const { storage, box, clock } = parts
  // There must be something to turn.
  await loadKeys(storage, box, clock)
  const before = (await storage.signingKeys.list()).filter(({ state }) => state === 'current')
  const signing = await rotateKeys(storage, box, clock, (ids) =>
    note(parts, requester, { action: 'key.rotated', details: { signing: ids } }),
  )
  return { signing, turned: before.every(({ kid }) => !signing.includes(kid)) }
}
