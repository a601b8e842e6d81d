import type { ColumnDefinitionBuilder, Kysely } from 'kysely'
import { SqliteAdapter, sql } from 'kysely'

/**
 * Frozen. Whom to tell of starts and ends, and what has not been told yet. The statement that writes
 * a start or an end also queues it, so that neither can be without the other, whoever writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const int = sqlite ? sql`integer` : sql`bigint`
  const required = (c: ColumnDefinitionBuilder): ColumnDefinitionBuilder => c.notNull()
  const strict = sqlite ? sql`strict` : sql``
  await db.schema
    .createTable('webhook_endpoint')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('url', 'text', required)
    .addColumn('format', 'text', (c) => c.notNull().check(sql`format in ('standard', 'caep')`))
    .addColumn('audience', 'text')
    .addColumn('sealed_secret', 'text')
    .addColumn('wants_started', int, required)
    .addColumn('wants_ended', int, required)
    .addColumn('wants_audit', int, required)
    .addColumn('audit_seq', int, required)
    .addColumn('created_at', int, required)
    .addColumn('failures', int, required)
    .addColumn('resume_at', int, required)
    .addColumn('last_error', 'text')
    .addColumn('is_full', int, required)
    .modifyEnd(strict)
    .execute()
  // No foreign key: an end must not fail because an endpoint is removed at the same moment.
  await db.schema
    .createTable('webhook_delivery')
    .addColumn('endpoint', 'text', required)
    .addColumn('impersonation', 'text', required)
    .addColumn('event', 'text', required)
    .addColumn('created_at', int, required)
    .addColumn('due_at', int, required)
    .addColumn('attempts', int, required)
    .addPrimaryKeyConstraint('webhook_delivery_key', ['endpoint', 'impersonation', 'event'])
    .modifyEnd(strict)
    .execute()
  await sql`create index webhook_delivery_due on webhook_delivery (endpoint, due_at)`.execute(db)
  await sql`create index webhook_delivery_age on webhook_delivery (endpoint, created_at)`.execute(
    db,
  )
  await (sqlite ? queueOnSqlite(db) : queueOnPostgres(db))
}

const queue = (event: 'started' | 'ended', at: string): string =>
  `insert into webhook_delivery (endpoint, impersonation, event, created_at, due_at, attempts)
    select id, new.id, 'impersonation.${event}', ${at}, ${at}, 0
    from webhook_endpoint where wants_${event} = 1 and is_full = 0`

const STARTED: string = queue('started', 'new.started_at')
const ENDED: string = queue('ended', 'new.end_noticed_at')
const FIRST_END = 'old.ended_at is null and new.ended_at is not null'

async function queueOnSqlite(db: Kysely<unknown>): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db)
  await run(`create trigger webhook_on_start after insert on impersonation
    when new.ended_at is null begin ${STARTED}; end`)
  await run(`create trigger webhook_on_end after update of ended_at on impersonation
    when ${FIRST_END} begin ${ENDED}; end`)
}

async function queueOnPostgres(db: Kysely<unknown>): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db)
  const define = (name: string, body: string): Promise<unknown> =>
    run(
      `create function ${name}() returns trigger language plpgsql as $$ begin ${body}; return null; end $$`,
    )
  await define('queue_webhook_start', STARTED)
  await define('queue_webhook_end', ENDED)
  await run(`create trigger webhook_on_start after insert on impersonation
    for each row when (new.ended_at is null) execute function queue_webhook_start()`)
  await run(`create trigger webhook_on_end after update of ended_at on impersonation
    for each row when (${FIRST_END}) execute function queue_webhook_end()`)
}
