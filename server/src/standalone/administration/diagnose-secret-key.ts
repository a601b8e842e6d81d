import { existsSync, readFileSync, statSync } from 'node:fs'
import { secretKeyFileIn } from '../keys/secret-box.ts'
import type { ServerSettings } from '../configuration/server-settings.ts'
import type { Finding } from './finding.ts'
import { fine, messageOf, wrong } from './finding.ts'

const CHECK = 'Secret key'

/** Looks at the key without making one. */
export function diagnoseSecretKey({ secretKey, dataDir }: ServerSettings): Finding {
  if (secretKey !== undefined) return fine(CHECK, 'from SECRET_KEY')
  const file = secretKeyFileIn(dataDir)
  if (!existsSync(file)) {
    const hint = 'npx understudy migrate makes one; where one was lost, restore it from a backup.'
    return wrong(CHECK, `there is no ${file}`, hint)
  }
  try {
    const bytes = Buffer.from(readFileSync(file, 'utf8'), 'base64').length
    if (bytes !== 32) {
      return wrong(CHECK, `${file} does not hold 32 bytes in base64`, 'Restore it from a backup.')
    }
    // Windows keeps no such permissions.
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
      return wrong(CHECK, `${file} can be read by others`, `chmod 600 ${file}`)
    }
    return fine(CHECK, file)
  } catch (error) {
    return wrong(CHECK, messageOf(error), 'Let the server read it.')
  }
}
