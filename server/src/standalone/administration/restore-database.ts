import { access } from 'node:fs/promises'
import type { Storage } from '../../index.ts'
import { endImpersonation, newId, record } from '../../index.ts'
import type { Clock } from '../clock.ts'
import { loadAuditKeys } from '../audit/audit-keys.ts'
import { createDirectory } from '../directory.ts'
import { lastUsableStep } from '../credentials/one-time-password.ts'
import { openSecretBox } from '../keys/secret-box.ts'
import type { ServerSettings } from '../configuration/server-settings.ts'
import { diagnoseKeys } from './diagnose-keys.ts'
import { diagnoseSecretKey } from './diagnose-secret-key.ts'
import type { Finding } from './finding.ts'
import type { Anchored } from './restore-anchor.ts'
import { putAside, readAnchored } from './restore-anchor.ts'

/** What became of a database that was put back. */
export interface Restored {
  /** Impersonations that were open in it. */
  readonly ended: number
  /** Where its audit trail ends, and where the exported one did, if that is further. */
  readonly seq: number
  readonly anchorSeq: number | null
  /** Where the exported checkpoints were put that it does not have. */
  readonly anchorAside: string | null
}

export interface RestoreOptions {
  readonly server: ServerSettings
  readonly clock: Clock
  /** Exported checkpoints; else those of AUDIT_ANCHOR_FILE. */
  readonly anchor?: string | undefined
}

const BATCH = 100
/** Later than every end. */
const EVENTUALLY: number = Number.MAX_SAFE_INTEGER

/**
 * Makes a database of the past one to go on with: what was open has ended, nothing that anybody holds
 * is worth anything, and the audit trail says so. Calling it again finishes what was interrupted.
 */
export async function settleRestored(storage: Storage, options: RestoreOptions): Promise<Restored> {
  const { server, clock } = options
  if (options.anchor !== undefined) await access(options.anchor)
  await storage.migrate()
  assertFine(diagnoseSecretKey(server))
  assertFine(await diagnoseKeys(storage, server))
  const box = openSecretBox(server)
  const { reader } = await loadAuditKeys({ storage, box, clock })
  const file = options.anchor ?? server.auditAnchorFile
  const anchored = file === undefined ? undefined : await readAnchored(file, storage, reader)
  const lost = anchored === undefined || anchored.isPart ? undefined : anchored
  const { seq } = await storage.auditSeal.head()
  const ended = await endEverything(storage, clock)
  await forget(storage, clock, { seq, ended, ...detailsOf(lost) })
  await storage.audit.flush()
  const isOurs = lost !== undefined && file === server.auditAnchorFile
  return {
    ended,
    seq,
    anchorSeq: lost?.signed?.seq ?? null,
    anchorAside: isOurs && file !== undefined ? await putAside(file, clock()) : null,
  }
}

function assertFine({ level, detail, hint }: Finding): void {
  if (level === 'fail')
    throw new Error(`The secret key is not that of the backup: ${detail}. ${hint ?? ''}`)
}

const detailsOf = (lost: Anchored | undefined): Readonly<Record<string, unknown>> =>
  lost?.signed ? { anchor_seq: lost.signed.seq, anchor_hash: lost.signed.hash } : {}

async function endEverything(storage: Storage, clock: Clock): Promise<number> {
  const { impersonations, unitOfWork } = storage
  const ports = { impersonations, clock, newId, directory: createDirectory(storage, clock) }
  let ended = 0
  let before: string | undefined
  for (;;) {
    const batch = await impersonations.findOverdue(EVENTUALLY, BATCH)
    const first = batch.at(0)?.id
    if (first === undefined) return ended
    if (first === before) throw new Error('What was open could not be ended.')
    before = first
    for (const impersonation of batch) {
      await unitOfWork.run(() => endImpersonation(ports, impersonation, 'database_restored'))
    }
    ended += batch.length
  }
}

/** One unit: a trail that says so, or nothing. */
function forget(
  { unitOfWork, revocation, audit }: Storage,
  clock: Clock,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  return unitOfWork.run(async () => {
    const now = clock()
    await revocation.revokeEverything(now, lastUsableStep(now))
    const about = { ...details, by: 'command line' }
    await record(
      { audit, clock, newId },
      { action: 'database.restored', outcome: 'success', details: about },
      null,
    )
  })
}
