import type { Storage } from '../../index.ts'
import { openSecretBox } from '../keys/secret-box.ts'
import type { ServerSettings } from '../configuration/server-settings.ts'
import type { Finding } from './finding.ts'
import { fine, wrong } from './finding.ts'

const CHECK = 'Signing keys'

/** Keys that sign must be there, and this server's secret key must open them. */
export async function diagnoseKeys(storage: Storage, server: ServerSettings): Promise<Finding> {
  const keys = await storage.signingKeys.list()
  const signing = keys.filter((key) => key.state === 'current')
  if (signing.length === 0) {
    return wrong(CHECK, 'there are none', 'npx understudy migrate makes them.')
  }
  const box = openSecretBox(server)
  try {
    for (const key of keys) box.open(key.sealedJwk)
  } catch {
    const hint = 'Restore the secret key they were made with.'
    return wrong(CHECK, 'they were sealed with another secret key', hint)
  }
  return fine(CHECK, signing.map(({ alg }) => alg).join(', '))
}
