import type { Storage } from '../../index.ts'
import type { ServerSettings } from '../configuration/server-settings.ts'
import type { Finding } from './finding.ts'
import { fine, wrong } from './finding.ts'

const WAITS_MS = 10 * 60_000

/** Whether customers are told what they should be told. */
export async function diagnoseMail(
  { mail }: Pick<Storage, 'mail'>,
  { smtpUrl }: Pick<ServerSettings, 'smtpUrl'>,
  now: number,
): Promise<Finding> {
  const check = 'Mail'
  if (smtpUrl === undefined) return fine(check, 'none is sent (SMTP_URL is not set)')
  const oldest = await mail.oldestWaiting()
  if (oldest === null) return fine(check, 'all sent')
  if (now - oldest < WAITS_MS) return fine(check, 'being sent')
  const since = new Date(oldest).toISOString()
  return wrong(check, `mail waits since ${since}`, 'Look into the log for why SMTP_URL refuses it.')
}
