import type { JWK } from 'jose'
import type { SecretBox } from './secret-box.ts'
import { withRightKey } from './with-right-key.ts'

/** A private key as it was kept. @throws ConfigurationError when another secret key has sealed it */
export const openJwk = (box: SecretBox, { sealedJwk }: { readonly sealedJwk: string }): JWK =>
  withRightKey(() => JSON.parse(box.open(sealedJwk)) as JWK)
