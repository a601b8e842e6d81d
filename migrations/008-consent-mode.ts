import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/** Frozen. Who was asked whether staff may look has not allowed them to change anything. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('consent')
    .addColumn('mode', 'text', (column) => column.notNull().defaultTo('full'))
    .execute()
  // Of what was given before, the request it was given to tells; both were written with one time.
  await sql`update consent set mode = 'read_only' where exists (
    select 1 from consent_request asked
    where asked.subject = consent.account and asked.app = consent.app
      and asked.status = 'accepted' and asked.mode = 'read_only'
      and asked.decided_at = consent.granted_at)`.execute(db)
}
