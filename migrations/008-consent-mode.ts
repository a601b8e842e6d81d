import type { Kysely } from 'kysely'

/** Frozen. Who was asked whether staff may look has not allowed them to change anything. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('consent')
    .addColumn('mode', 'text', (column) => column.notNull().defaultTo('full'))
    .execute()
}
