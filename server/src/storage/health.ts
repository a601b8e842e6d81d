import { sql } from 'kysely'
import { migrations } from '../../../migrations/index.ts'
import type { AuditEvent } from '../impersonation/audit-event.ts'
import type { Database } from './database.ts'

/** What somebody who looks after a database wants to know about it. */
export interface Health {
  readonly pendingMigrations: readonly string[]
  /** Migrations that only a newer version knows. */
  readonly unknownMigrations: readonly string[]
  /** Why an acknowledged commit could be lost with the power; `null` when it could not. */
  readonly durability: string | null
  /** What is wrong with the file; `null` when nothing is, or when the database looks after itself. */
  readonly damage: string | null
  /** Epoch milliseconds of the audit event that has waited longest; `null` when none waits. */
  readonly oldestInOutbox: number | null
}

/** @throws StorageUnavailable unless what a request writes can be written now. */
export async function probe(database: Database): Promise<void> {
  const { kysely } = database
  // Deletes nothing, but only a database that can be written says so.
  const nothing = kysely.deleteFrom('rate_limit').where('id', '=', '').compile()
  await database.apply([nothing])
  const query = kysely.selectFrom('audit_outbox').select('id').limit(1)
  await database.rows(query.compile())
}

/** Looks, and changes nothing. @throws what reading throws */
export async function inspect(database: Database): Promise<Health> {
  const run = await runMigrations(database)
  const pendingMigrations = Object.keys(migrations).filter((name) => !run.includes(name))
  return {
    pendingMigrations,
    unknownMigrations: run.filter((name) => !(name in migrations)),
    durability: await findDurability(database),
    damage: await findDamage(database),
    oldestInOutbox: pendingMigrations.length > 0 ? null : await readOldest(database),
  }
}

async function runMigrations({ kysely }: Database): Promise<string[]> {
  const tables = await kysely.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === 'kysely_migration')) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(kysely)
  return rows.map((row) => row.name)
}

/** The settings that would let a database say "written" too early, with the value they must have. */
async function findDurability(database: Database): Promise<string | null> {
  const wrong: string[] = []
  if (database.dialect === 'sqlite') {
    const value = await readSetting(database, 'pragma synchronous')
    if (value !== '2') wrong.push(`synchronous is ${value}`)
  } else {
    for (const name of ['fsync', 'synchronous_commit']) {
      const value = await readSetting(database, `show ${name}`)
      if (value === 'off') wrong.push(`${name} is off`)
    }
  }
  return wrong.length === 0 ? null : wrong.join(', ')
}

async function findDamage(database: Database): Promise<string | null> {
  if (database.dialect === 'postgres') return null
  const found = await readSetting(database, 'pragma integrity_check(1)')
  return found === 'ok' ? null : found
}

async function readSetting(database: Database, text: string): Promise<string> {
  const [row = {}] = await database.rows<Record<string, unknown>>({ sql: text, parameters: [] })
  return String(Object.values(row)[0])
}

/** The event that has waited longest in the outbox; `null` when none waits. */
export async function readOldest(database: Database): Promise<number | null> {
  const query = database.kysely.selectFrom('audit_outbox').select('event').orderBy('id').limit(1)
  const [row] = await database.rows<{ event: string }>(query.compile())
  return row === undefined ? null : (JSON.parse(row.event) as AuditEvent).at
}
