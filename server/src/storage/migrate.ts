import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from '../../../migrations/index.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** Brings the schema up to date; refuses a database that a newer version has migrated. */
export const migrate = ({ dialect, kysely, patiently }: Database): Promise<string[]> =>
  dialect === 'postgres'
    ? patiently(migrateToLatest)
    : kysely.connection().execute(async (connection) => {
        await lock(connection)
        try {
          const done = await migrateToLatest(connection)
          await sql`commit`.execute(connection)
          return done
        } catch (error) {
          await sql`rollback`.execute(connection)
          throw error
        }
      })

async function migrateToLatest(db: Kysely<Schema>): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error !== undefined) {
    throw error instanceof Error ? error : new Error('migration failed', { cause: error })
  }
  return (results ?? []).map((result) => result.migrationName)
}

const LOCK_ATTEMPTS = 500
const LOCK_PAUSE_MS = 20

/**
 * On SQLite kysely neither keeps other processes out nor undoes half a migration, although both are
 * possible there: one transaction that has the write lock from its beginning does.
 */
async function lock(connection: Kysely<Schema>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await sql`begin immediate`.execute(connection)
      return
    } catch (error) {
      // What was read a moment ago may still be looked at.
      const passes = /locked|within a transaction/.test(String(error))
      if (!passes || attempt === LOCK_ATTEMPTS) throw error
      await delay(LOCK_PAUSE_MS)
    }
  }
}
