import { withRightKey } from '../keys/with-right-key.ts'
import type { Parts } from '../parts.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

/**
 * Encrypts with the secret key in force what the other one has encrypted, all of it or nothing.
 *
 * @returns how many texts that were.
 * @throws ConfigurationError when neither opens one of them
 */
export async function resealSecrets(parts: Parts, requester: Requester): Promise<number> {
  const { storage, box } = parts
  return storage.unitOfWork.run(async () => {
    const resealed = await storage.sealedTexts.replace((sealed) =>
      withRightKey(() => box.reseal(sealed)),
    )
    if (resealed > 0) {
      await note(parts, requester, { action: 'key.rotated', details: { resealed } })
    }
    return resealed
  })
}
