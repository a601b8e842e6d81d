import { loadAuditKeys } from '../audit/audit-keys.ts'
import type { Parts } from '../parts.ts'
import { ConfigurationError } from '../configuration/policy-settings.ts'
import { readAnchored } from './restore-anchor.ts'

/**
 * A database that is older than the checkpoints it has already shown was put back: what had ended by
 * then would live again (attack N19).
 *
 * @throws ConfigurationError
 */
export async function refuseUnrestored(
  parts: Pick<Parts, 'storage' | 'box' | 'clock' | 'server'>,
): Promise<void> {
  const { storage, server } = parts
  if (server.auditAnchorFile === undefined) return
  const { reader } = await loadAuditKeys(parts)
  const anchored = await readAnchored(server.auditAnchorFile, storage, reader)
  if (anchored === undefined || anchored.isPart) return
  const what = anchored.signed === null ? '' : ` (seq ${anchored.signed.seq})`
  throw new ConfigurationError(
    `AUDIT_ANCHOR_FILE: its last checkpoint${what} is not in the database; if that was put back from a backup, run npx understudy restore --after`,
  )
}
