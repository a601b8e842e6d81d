import type { ColumnDefinitionBuilder, Kysely } from 'kysely'
import { SqliteAdapter, sql } from 'kysely'
import { guardOnPostgres, guardOnSqlite } from './004-audit-guards.ts'

/** Frozen. What sealing the audit trail needs, and leases for work that one node does for all. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const int = sqlite ? sql`integer` : sql`bigint`
  const required = (c: ColumnDefinitionBuilder): ColumnDefinitionBuilder => c.notNull()
  const key = (c: ColumnDefinitionBuilder): ColumnDefinitionBuilder => c.primaryKey().notNull()
  const strict = sqlite ? sql`strict` : sql``
  const { schema } = db

  // Every event waits here, from the transaction that wrote it on, until it is sealed.
  const unsealed = schema.createTable('audit_unsealed').addColumn('event', 'text', key)
  await unsealed.modifyEnd(sqlite ? sql`strict, without rowid` : sql``).execute()
  await schema
    .createTable('audit_checkpoint')
    .addColumn('seq', int, key)
    .addColumn('jws', 'text', required)
    .modifyEnd(strict)
    .execute()
  await schema
    .createTable('audit_tombstone')
    .addColumn('through', int, key)
    .addColumn('jws', 'text', required)
    .modifyEnd(strict)
    .execute()
  await schema
    .createTable('audit_key')
    .addColumn('kid', 'text', key)
    .addColumn('sealed_jwk', 'text', required)
    .addColumn('created_at', int, required)
    .modifyEnd(strict)
    .execute()
  await schema
    .createTable('audit_verification')
    .addColumn('id', int, (c) => key(c).check(sql`id = 1`))
    .addColumn('seq', int, required)
    .addColumn('at', int, required)
    .addColumn('problem', 'text')
    .addColumn('problem_seq', int)
    .modifyEnd(strict)
    .execute()
  await schema
    .createTable('lease')
    .addColumn('name', 'text', key)
    .addColumn('holder', 'text', required)
    .addColumn('until', int, required)
    .modifyEnd(strict)
    .execute()
  await sql`create index audit_person_by_email on audit_person (email) where email is not null`.execute(
    db,
  )
  await sql`insert into audit_unsealed select id from audit_event
    where id not in (select event from audit_seal)`.execute(db)
  await (sqlite ? guardOnSqlite(db) : guardOnPostgres(db))
}
