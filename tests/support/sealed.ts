import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes, randomUUID } from 'node:crypto'
import { createSealer, pruneAudit, verifyAudit } from 'understudy'
import type { Sealer, Verification } from 'understudy'
import { exportAnchor, readAnchor } from '../../server/src/standalone/audit/audit-anchor.ts'
import type { AuditKeyRing } from '../../server/src/standalone/audit/audit-keys.ts'
import { loadAuditKeys } from '../../server/src/standalone/audit/audit-keys.ts'
import { auditPorts } from '../../server/src/standalone/audit/audit-ports.ts'
import { openSecretBox } from '../../server/src/standalone/keys/secret-box.ts'
import type { Stores } from './stores.ts'
import { auditEvent, openStores } from './stores.ts'

/** A database whose audit trail is sealed by hand. */
export interface SealedStores extends Stores {
  readonly ring: AuditKeyRing
  /** What its keys are sealed with. */
  readonly secretKey: string
  /** What the alarm was told. */
  readonly alarms: readonly string[]
  readonly anchorFile: string
  /** Records so many events, one second apart, seals and signs them, and exports that. */
  add(count: number): Promise<void>
  newSealer(): Sealer
  verify(reader?: AuditKeyRing['reader']): Promise<Verification>
  verifyWithAnchor(): Promise<Verification>
  prune(before: number): ReturnType<typeof pruneAudit>
  exportAnchor(): Promise<void>
  /** Takes the guards away, as a database administrator can. */
  disarm(): Promise<void>
}

const GUARDED = ['audit_event', 'audit_seal', 'audit_checkpoint', 'audit_tombstone']

export async function openSealed(database: 'sqlite' | 'postgres'): Promise<SealedStores> {
  const stores = await openStores(database)
  const folder = await mkdtemp(join(tmpdir(), 'understudy-anchor-'))
  const anchorFile = join(folder, 'anchor.txt')
  const { storage, clock } = stores
  const now = (): number => clock.now
  const secretKey = randomBytes(32).toString('base64')
  const box = openSecretBox({ secretKey, otherSecretKey: undefined, dataDir: folder })
  const ring = await loadAuditKeys({ storage, box, clock: now })
  const alarms: string[] = []
  const ports = {
    ...auditPorts(
      { storage, clock: now, server: { issuer: 'http://localhost:4000' } } as never,
      ring,
    ),
    alarm: (what: string) => void alarms.push(what),
    pause: () => Promise.resolve(),
  }
  const newSealer = (): Sealer => createSealer({ ...ports, holder: randomUUID() })
  const sealer = newSealer()
  const save = (): Promise<void> => exportAnchor(anchorFile, storage, ring)
  return {
    ...stores,
    ring,
    secretKey,
    alarms,
    anchorFile,
    newSealer,
    async add(count) {
      for (let n = 0; n < count; n++) {
        clock.now += 1000
        await storage.audit.record(auditEvent({ at: clock.now, details: { n } }))
      }
      await sealer.seal(true)
      await sealer.release()
      await save()
    },
    verify: (reader = ring.reader) => verifyAudit({ ...ports, reader }),
    verifyWithAnchor: () => verifyAudit(ports, () => readAnchor(anchorFile)),
    prune: (before) => pruneAudit(ports, before, { by: 'test' }),
    exportAnchor: save,
    async disarm() {
      const triggers = (await stores.sql(
        database === 'sqlite'
          ? "select name, tbl_name as of from sqlite_schema where type = 'trigger'"
          : 'select distinct trigger_name as name, event_object_table as of from information_schema.triggers union select tgname, tgrelid::regclass::text from pg_trigger where not tgisinternal',
      )) as { name: string; of: string }[]
      for (const { name, of } of triggers) {
        if (!GUARDED.includes(of)) continue
        await stores.sql(
          `drop trigger if exists ${name}${database === 'postgres' ? ` on ${of}` : ''}`,
        )
      }
    },
    async close() {
      await stores.close()
      await rm(folder, { recursive: true })
    },
  }
}
