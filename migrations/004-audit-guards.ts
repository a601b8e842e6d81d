import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/**
 * Frozen, as the migration it is part of. Each event is queued for the sealer by the statement that
 * writes it. What a tombstone covers may be deleted; nothing else of the trail and its seal can be
 * changed. A guard keeps accidents away; against intent there are hashes and signatures.
 */
export async function guardOnSqlite(db: Kysely<unknown>): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db)
  await run(`create trigger audit_event_queued after insert on audit_event
    begin insert into audit_unsealed (event) values (new.id); end`)
  await run('drop trigger audit_event_no_delete')
  await run(`create trigger audit_event_no_delete before delete on audit_event
    when not exists (select 1 from audit_seal where event = old.id
      and seq <= (select max(through) from audit_tombstone))
    begin select raise(abort, 'audit_event is append-only'); end`)
  await run(`create trigger audit_seal_no_delete before delete on audit_seal
    when old.seq > coalesce((select max(through) from audit_tombstone), 0)
    begin select raise(abort, 'audit_seal is append-only'); end`)
  // The checkpoint a tombstone ends at stays: the remaining chain is rooted in it.
  await run(`create trigger audit_checkpoint_no_delete before delete on audit_checkpoint
    when old.seq >= coalesce((select max(through) from audit_tombstone), 0)
    begin select raise(abort, 'audit_checkpoint is append-only'); end`)
  await run(`create trigger audit_tombstone_no_delete before delete on audit_tombstone
    begin select raise(abort, 'audit_tombstone is append-only'); end`)
  for (const table of ['audit_seal', 'audit_checkpoint', 'audit_tombstone']) {
    await run(`create trigger ${table}_no_update before update on ${table}
      begin select raise(abort, '${table} is append-only'); end`)
  }
}

/** The same for PostgreSQL. */
export async function guardOnPostgres(db: Kysely<unknown>): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db)
  await run(`create function queue_audit_event() returns trigger language plpgsql as
    'begin insert into audit_unsealed (event) values (new.id); return null; end'`)
  await run(`create trigger audit_event_queued after insert on audit_event
    for each row execute function queue_audit_event()`)
  await run('drop trigger audit_event_append_only on audit_event')
  await run(`create or replace function refuse_audit_change() returns trigger language plpgsql as
    'begin raise exception ''% is append-only'', tg_table_name; end'`)
  for (const table of ['audit_event', 'audit_seal', 'audit_checkpoint', 'audit_tombstone']) {
    await run(`create trigger ${table}_append_only before update or truncate on ${table}
      for each statement execute function refuse_audit_change()`)
  }
  const undeletable = {
    audit_event: `not exists (select 1 from audit_seal where event = old.id
      and seq <= (select max(through) from audit_tombstone))`,
    audit_seal: 'old.seq > coalesce((select max(through) from audit_tombstone), 0)',
    audit_checkpoint: 'old.seq >= coalesce((select max(through) from audit_tombstone), 0)',
    audit_tombstone: 'true',
  }
  for (const [table, condition] of Object.entries(undeletable)) {
    await run(`create function refuse_${table}_delete() returns trigger language plpgsql as
      'begin
        if ${condition} then raise exception ''${table} is append-only''; end if;
        return old;
      end'`)
    await run(`create trigger ${table}_kept before delete on ${table}
      for each row execute function refuse_${table}_delete()`)
  }
}
