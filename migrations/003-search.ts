import type { Kysely } from 'kysely'
import { SqliteAdapter, sql } from 'kysely'
import { indexTextOnPostgres, indexTextOnSqlite } from './003-account-text.ts'

/** Frozen. What keeps lists and searches as fast when the tables grow: an index for each filter. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const index = (definition: string): Promise<unknown> =>
    sql.raw(`create index ${definition}`).execute(db)

  await index('account_by_organization on account (organization, email)')
  await index('account_by_status on account (status, email)')
  await index('account_by_organization_and_status on account (organization, status, email)')
  await index("account_with_role on account (email) where roles <> '[]'")

  await index('audit_event_of_actor on audit_event (actor, id) where actor is not null')
  await index('audit_event_by_app on audit_event (app, id) where app is not null')
  await index('audit_event_by_app_action on audit_event (app, action, id) where app is not null')
  // Most events are successes, and those are found as fast without an index.
  await index("audit_event_by_outcome on audit_event (outcome, id) where outcome <> 'success'")
  await index(
    "audit_event_by_action_outcome on audit_event (action, outcome, id) where outcome <> 'success'",
  )

  await index('impersonation_by_app on impersonation (app, id)')
  await index('impersonation_open_by_id on impersonation (id) where ended_at is null')
  await index('impersonation_open_by_subject on impersonation (subject, id) where ended_at is null')
  await index('impersonation_open_by_app on impersonation (app, id) where ended_at is null')

  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  await (sqlite ? indexTextOnSqlite(db) : indexTextOnPostgres(db))
}
