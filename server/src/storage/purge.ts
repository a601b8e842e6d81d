import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database } from './database.ts'

/** Small batches with pauses: large ones make every request wait (docs/explanation/performance.md). */
const BATCH = 100
const PAUSE_MS = 10
/** Kept a little longer, so that "expired" can be told from "unknown". */
const GRACE_MS = 60_000

/** What somebody was told is personal, and told; whatever it tells about stays on record elsewhere. */
const MAIL_MS = 30 * 24 * 3600_000

/** Deletes expired models and counters, and old mail; resolves to how many rows are gone. */
export async function purgeExpired(
  database: Database,
  now: number,
  stopped: () => boolean,
): Promise<number> {
  let gone = 0
  const old = [
    { table: 'oidc_model', column: 'expires_at', before: now - GRACE_MS },
    { table: 'rate_limit', column: 'expires_at', before: now - GRACE_MS },
    { table: 'mail', column: 'created_at', before: now - MAIL_MS },
  ] as const
  for (const { table, column, before } of old) {
    const key = sql.raw(database.dialect === 'sqlite' ? 'rowid' : 'ctid')
    const batch = sql`delete from ${sql.table(table)} where ${key} in (
      select ${key} from ${sql.table(table)} where ${sql.ref(column)} < ${before} limit ${BATCH}
    ) returning 1 as gone`.compile(database.kysely)
    for (let rows: unknown[] = Array(BATCH); rows.length === BATCH && !stopped();) {
      rows = await database.apply([batch])
      gone += rows.length
      await delay(PAUSE_MS)
    }
  }
  return gone
}
