import type { JWK } from 'jose'
import { ConfigurationError } from '../configuration/policy-settings.ts'
import type { SecretBox } from './secret-box.ts'

/** A private key as it was kept. @throws ConfigurationError when another secret key has sealed it */
export function openJwk(box: SecretBox, { sealedJwk }: { readonly sealedJwk: string }): JWK {
  try {
    return JSON.parse(box.open(sealedJwk)) as JWK
  } catch {
    throw new ConfigurationError('SECRET_KEY: is not the key this database was sealed with')
  }
}
