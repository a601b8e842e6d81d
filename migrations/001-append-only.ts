import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/** Frozen, as the migration it is part of: audit events cannot be changed, not even by operators. */
export async function makeAppendOnly(db: Kysely<unknown>, sqlite: boolean): Promise<void> {
  if (sqlite) {
    for (const verb of ['update', 'delete']) {
      await sql
        .raw(
          `create trigger audit_event_no_${verb} before ${verb} on audit_event
           begin select raise(abort, 'audit_event is append-only'); end`,
        )
        .execute(db)
    }
    // `replace` deletes without asking the trigger above. Ours, of an event moved twice, is ignored too.
    await sql`create trigger audit_event_no_replace before insert on audit_event
      when exists (select 1 from audit_event where id = new.id or rowid = new.rowid)
      begin select raise(ignore); end`.execute(db)
    return
  }
  await sql`create function refuse_audit_change() returns trigger language plpgsql as
    'begin raise exception ''audit_event is append-only''; end'`.execute(db)
  await sql`create trigger audit_event_append_only before update or delete or truncate on audit_event
    for each statement execute function refuse_audit_change()`.execute(db)
}
