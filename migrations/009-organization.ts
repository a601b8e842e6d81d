import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/**
 * Frozen. What belongs to an organisation is found by it, as those who see one organisation only see
 * nothing else: a record says whose it was when it began, as its events do. Open ones are few, and
 * found by their time as fast without an index of it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db)
  await db.schema.alterTable('impersonation').addColumn('organization', 'text').execute()
  // The trail tells, unless retention has removed it since.
  await run(`update impersonation set organization = coalesce(
    (select max(event.organization) from audit_event event
      where event.impersonation = impersonation.id and event.action = 'impersonation.started'),
    (select account.organization from account where account.sub = impersonation.subject))`)
  await run('drop index impersonation_open')
  for (const table of ['impersonation', 'audit_event']) {
    await run(`create index ${table}_by_organization on ${table} (organization, id)
      where organization is not null`)
  }
}
