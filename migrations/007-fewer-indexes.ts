import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/**
 * Frozen. Every start and every refresh pays for each index with a page of its own, so what hardly
 * narrows anything has none: refreshes are most of the trail, those who act have one open record
 * each, and tokens of impersonations are never looked for by their grant.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db)
  for (const index of [
    'audit_event_by_actor',
    'audit_event_by_app_action',
    'impersonation_open_by_subject',
    'impersonation_open_by_app',
    'oidc_model_grant_id',
  ]) {
    await run(`drop index ${index}`)
  }
  for (const column of ['actor', 'app']) {
    await run(`create index audit_event_of_${column}_action on audit_event (${column}, action, id)
      where ${column} is not null and action <> 'impersonation.refreshed'`)
  }
  await run(`create index oidc_model_of_grant on oidc_model (grant_id)
    where grant_id is not null and substr(grant_id, 1, 4) <> 'imp_'`)
}
