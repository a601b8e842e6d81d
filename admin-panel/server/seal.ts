import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Text that goes through hands that shall neither read nor change it. */
export interface Seal {
  /** @param about what it is for; under anything else it does not open */
  close(text: string, ...about: readonly string[]): string
  open(sealed: string, ...about: readonly string[]): string | null
}

const CIPHER = 'aes-256-gcm'
const NONCE = 12
const TAG = 16

/**
 * The key is that of the process, as sessions are. One that came from the client secret would let
 * whoever holds something sealed, which is anybody, try out secrets unseen by the issuer.
 */
export function createSeal(): Seal {
  const key = randomBytes(32)
  const bytesOf = (about: readonly string[]): Buffer => Buffer.from(JSON.stringify(about))
  return {
    close(text, ...about) {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG })
      cipher.setAAD(bytesOf(about))
      const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return Buffer.concat(sealed).toString('base64url')
    },
    open(sealed, ...about) {
      const bytes = Buffer.from(sealed, 'base64url')
      if (bytes.length < NONCE + TAG) return null
      const options = { authTagLength: TAG }
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), options)
      decipher.setAAD(bytesOf(about))
      decipher.setAuthTag(bytes.subarray(-TAG))
      const text = decipher.update(bytes.subarray(NONCE, -TAG), undefined, 'utf8')
      try {
        return text + decipher.final('utf8')
      } catch {
        return null
      }
    },
  }
}
