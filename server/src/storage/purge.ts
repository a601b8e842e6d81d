import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database } from './database.ts'

/** Small batches with pauses: large ones make every request wait (docs/explanation/performance.md). */
const BATCH = 100
const PAUSE_MS = 10
/** Kept a little longer, so that "expired" can be told from "unknown". */
const GRACE_MS = 60_000

/** Deletes expired models and counters; resolves to how many rows are gone. */
export async function purgeExpired(
  database: Database,
  now: number,
  stopped: () => boolean,
): Promise<number> {
  let gone = 0
  for (const table of ['oidc_model', 'rate_limit'] as const) {
    const key = sql.raw(database.dialect === 'sqlite' ? 'rowid' : 'ctid')
    const batch = sql`delete from ${sql.table(table)} where ${key} in (
      select ${key} from ${sql.table(table)} where expires_at < ${now - GRACE_MS} limit ${BATCH}
    ) returning 1 as gone`.compile(database.kysely)
    for (let rows: unknown[] = Array(BATCH); rows.length === BATCH && !stopped();) {
      rows = await database.apply([batch])
      gone += rows.length
      await delay(PAUSE_MS)
    }
  }
  return gone
}
