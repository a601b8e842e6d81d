import type { ColumnDefinitionBuilder, CreateTableBuilder, Kysely } from 'kysely'
import { SqliteAdapter, sql } from 'kysely'

/** Frozen. What people see and decide themselves: mail, requests for consent, passkeys, recovery codes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const int = sqlite ? sql`integer` : sql`bigint`
  const required = (c: ColumnDefinitionBuilder): ColumnDefinitionBuilder => c.notNull()
  const key = (c: ColumnDefinitionBuilder): ColumnDefinitionBuilder => c.primaryKey().notNull()
  const ofAccount = (c: ColumnDefinitionBuilder): ColumnDefinitionBuilder =>
    c.notNull().references('account.sub')
  const index = (definition: string): Promise<unknown> =>
    sql.raw(`create ${definition}`).execute(db)
  const create = <T extends string, C extends string>(
    table: CreateTableBuilder<T, C>,
  ): Promise<void> => (sqlite ? table.modifyEnd(sql.raw('strict')) : table).execute()

  await create(
    db.schema
      .createTable('mail')
      .addColumn('id', 'text', key)
      .addColumn('recipient', 'text', required)
      .addColumn('subject', 'text', required)
      .addColumn('text', 'text', required)
      .addColumn('html', 'text', required)
      .addColumn('created_at', int, required)
      .addColumn('due_at', int, required)
      .addColumn('attempts', int, required)
      .addColumn('sent_at', int)
      .addColumn('failed_at', int)
      .addColumn('last_error', 'text'),
  )
  await index('index mail_due on mail (due_at) where sent_at is null and failed_at is null')
  await create(
    db.schema
      .createTable('consent_request')
      .addColumn('id', 'text', key)
      .addColumn('subject', 'text', ofAccount)
      .addColumn('app', 'text', (c) => c.notNull().references('app.client_id'))
      .addColumn('actor', 'text', required)
      .addColumn('service', 'text')
      .addColumn('mode', 'text', (c) => c.notNull().check(sql`mode in ('read_only', 'full')`))
      .addColumn('reason', 'text', required)
      .addColumn('status', 'text', (c) =>
        c.notNull().check(sql`status in ('pending', 'accepted', 'declined', 'expired')`),
      )
      .addColumn('requested_at', int, required)
      .addColumn('expires_at', int, (c) => c.notNull().check(sql`expires_at > requested_at`))
      .addColumn('decided_at', int),
  )
  await index(
    "unique index consent_request_one_pending on consent_request (subject, app) where status = 'pending'",
  )
  await index('index consent_request_by_subject on consent_request (subject, id)')
  await create(
    db.schema
      .createTable('passkey')
      .addColumn('id', 'text', key)
      .addColumn('account', 'text', ofAccount)
      .addColumn('name', 'text', required)
      .addColumn('public_key', 'text', required)
      .addColumn('counter', int, required)
      .addColumn('transports', 'text', required)
      .addColumn('device', 'text', (c) => c.notNull().check(sql`device in ('single', 'multi')`))
      .addColumn('created_at', int, required)
      .addColumn('last_used_at', int),
  )
  await index('index passkey_by_account on passkey (account, created_at)')
  await create(
    db.schema
      .createTable('recovery_code')
      .addColumn('account', 'text', ofAccount)
      .addColumn('hash', 'text', required)
      .addColumn('used_at', int)
      .addPrimaryKeyConstraint('recovery_code_key', ['account', 'hash']),
  )
  // Somebody's login sessions: the only rows of this table that are ever looked up by account.
  const accountId = sqlite
    ? "json_extract(payload, '$.accountId')"
    : "((payload::json)->>'accountId')"
  await index(`index oidc_model_session_of on oidc_model (${accountId}) where model = 'Session'`)
}
