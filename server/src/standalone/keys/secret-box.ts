import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerSettings } from '../configuration/server-settings.ts'

/**
 * Encrypts what must be read again but must not be readable in a copy of the database. What the
 * other key has made is good as well, so that a key can be exchanged while everything runs.
 */
export interface SecretBox {
  /** AES-256-GCM; the result is base64url text. */
  seal(plain: string): string
  /** @throws when it was sealed with a key that is not here or was altered */
  open(sealed: string): string
  /** Sealed with the key in force; `null` when it is already. @throws as `open` does */
  reseal(sealed: string): string | null
  /** Keys for one purpose, base64url: the first makes, all of them are good. */
  derive(purpose: string): readonly string[]
  /** Proof that this server made a text, base64url. */
  sign(purpose: string, text: string): string
  /** All proofs of it that are good. */
  proofs(purpose: string, text: string): readonly string[]
}

interface Key {
  seal(plain: string): string
  /** `null` when another key has sealed it, or it was altered. */
  open(sealed: string): string | null
  derive(purpose: string): Buffer
}

function createKey(base64: string): Key {
  const key = Buffer.from(base64, 'base64')
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
      try {
        const cipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, 12))
        cipher.setAuthTag(bytes.subarray(12, 28))
        return cipher.update(bytes.subarray(28), undefined, 'utf8') + cipher.final('utf8')
      } catch {
        return null
      }
    },
    derive,
  }
}

export const secretKeyFileIn = (dataDir: string): string => join(dataDir, 'secret.key')

type Settings = Pick<ServerSettings, 'secretKey' | 'otherSecretKey' | 'dataDir'>

/** The key from the environment, or from a file in the data folder that is made at the first start. */
export function openSecretBox({ secretKey, otherSecretKey, dataDir }: Settings): SecretBox {
  const inForce = createKey(secretKey ?? readKeyFile(dataDir))
  const keys = [inForce, ...(otherSecretKey === undefined ? [] : [createKey(otherSecretKey)])]
  const open = (sealed: string): string => {
    for (const key of keys) {
      const plain = key.open(sealed)
      if (plain !== null) return plain
    }
    throw new Error('sealed with another key, or altered')
  }
  const proofOf = (key: Key, purpose: string, text: string): string =>
    createHmac('sha256', key.derive(purpose)).update(text).digest('base64url')
  return {
    seal: (plain) => inForce.seal(plain),
    open,
    reseal: (sealed) => (inForce.open(sealed) === null ? inForce.seal(open(sealed)) : null),
    derive: (purpose) => keys.map((key) => key.derive(purpose).toString('base64url')),
    sign: (purpose, text) => proofOf(inForce, purpose, text),
    proofs: (purpose, text) => keys.map((key) => proofOf(key, purpose, text)),
  }
}

function readKeyFile(dataDir: string): string {
  const file = secretKeyFileIn(dataDir)
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' })
  }
  return readFileSync(file, 'utf8')
}
