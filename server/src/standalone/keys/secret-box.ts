import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Encrypts what must be read again but must not be readable in a copy of the database. */
export interface SecretBox {
  /** AES-256-GCM; the result is base64url text. */
  seal(plain: string): string
  /** @throws when it was sealed with another key or was altered */
  open(sealed: string): string
  /** A key for one purpose, base64url. */
  derive(purpose: string): string
  /** Proof that this server made a text, base64url. */
  sign(purpose: string, text: string): string
}

function createSecretBox(key: Buffer): SecretBox {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', key, 'understudy', purpose, 32))
  const sealing = derive('seal')
  return {
    seal(plain) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce)
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      const cipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, 12))
      cipher.setAuthTag(bytes.subarray(12, 28))
      return cipher.update(bytes.subarray(28), undefined, 'utf8') + cipher.final('utf8')
    },
    derive: (purpose) => derive(purpose).toString('base64url'),
    sign: (purpose, text) => createHmac('sha256', derive(purpose)).update(text).digest('base64url'),
  }
}

export const secretKeyFileIn = (dataDir: string): string => join(dataDir, 'secret.key')

/** The key from the environment, or from a file in the data folder that is made at the first start. */
export function openSecretBox(secretKey: string | undefined, dataDir: string): SecretBox {
  if (secretKey !== undefined) return createSecretBox(Buffer.from(secretKey, 'base64'))
  const file = secretKeyFileIn(dataDir)
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' })
  }
  return createSecretBox(Buffer.from(readFileSync(file, 'utf8'), 'base64'))
}
