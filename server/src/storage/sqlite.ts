import { statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { StorageUnavailable } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import { createGroupCommit } from './group-commit.ts'
import { createReading } from './reading.ts'
import type { Schema } from './schema.ts'
import { createStatementCache } from './statement-cache.ts'

/** Opens a database file with every acknowledged commit on disk; creates it readable by its owner only. */
export function openSqlite(file: string): Database {
  const connection = new Sqlite(file)
  connection.pragma('journal_mode = WAL')
  // A WAL file that is opened again falls back to NORMAL, which may lose acknowledged commits.
  connection.pragma('synchronous = FULL')
  connection.pragma('foreign_keys = ON')
  // A longer wait would block every request of this process; group-commit retries without blocking.
  connection.pragma('busy_timeout = 20')
  // What a savepoint or a statement could undo: on disk, it would cost a file each time.
  connection.pragma('temp_store = memory')
  assertDurable(connection)
  // Its own knows ASCII only, and nobody would find Änne.
  connection.function('lower', { deterministic: true }, (text: unknown) =>
    typeof text === 'string' ? text.toLowerCase() : null,
  )

  const isInPlace = watchPlace(file)
  const prepared = createStatementCache(connection)
  const kysely = new Kysely<Schema>({ dialect: new SqliteDialect({ database: connection }) })
  const reading = createReading(connection, prepared)
  const commits = createGroupCommit(prepared, () => {
    reading.end()
    if (!isInPlace()) throw new StorageUnavailable('the database file was moved or replaced')
  })

  return {
    dialect: 'sqlite',
    kysely,
    patiently: (work) => work(kysely),
    async rows<Row>(query: { sql: string; parameters: readonly unknown[] }) {
      try {
        reading.begin()
        return prepared(query.sql).all(...query.parameters) as Row[]
      } catch (cause) {
        throw new StorageUnavailable('read failed', { cause })
      }
    },
    apply: (intents) => commits.apply(intents),
    listen: () => () => undefined,
    async close() {
      await commits.drain()
      await kysely.destroy()
    },
  }
}

/**
 * Somebody who moves the file away, or another one there, leaves us with one that nobody will find
 * again: what is acknowledged from then on would be lost with this process.
 */
function watchPlace(file: string): () => boolean {
  const { dev, ino } = statSync(file)
  return () => {
    const found = statSync(file, { throwIfNoEntry: false })
    return found?.ino === ino && found.dev === dev
  }
}

function assertDurable(connection: Sqlite.Database): void {
  const synchronous = connection.pragma('synchronous', { simple: true })
  if (synchronous !== 2) throw new Error(`SQLite synchronous is ${String(synchronous)}, not FULL`)
  const check = connection.pragma('quick_check(1)', { simple: true })
  if (check !== 'ok') throw new Error(`The database file is damaged: ${String(check)}`)
}
