import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/**
 * Frozen. What somebody searched for may name a person, so it stands with what can be erased. Events
 * from before keep it in their details, which their seal covers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('audit_person').addColumn('searched', 'text').execute()
  await sql`create index audit_person_searched on audit_person (event) where searched is not null`.execute(
    db,
  )
}
