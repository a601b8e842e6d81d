import type { ColumnDefinitionBuilder, CreateTableBuilder, Kysely } from 'kysely'
import { SqliteAdapter, sql } from 'kysely'
import { makeAppendOnly } from './001-append-only.ts'

/** Frozen. One schema for both databases: text ids, integers for times (epoch milliseconds) and flags. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const sqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const int = sqlite ? sql`integer` : sql`bigint`
  const flag = (column: string) => (c: ColumnDefinitionBuilder) =>
    c.notNull().check(sql`${sql.ref(column)} in (0, 1)`)
  const required = (c: ColumnDefinitionBuilder): ColumnDefinitionBuilder => c.notNull()
  const key = (c: ColumnDefinitionBuilder): ColumnDefinitionBuilder => c.primaryKey().notNull()
  const index = (definition: string): Promise<unknown> =>
    sql.raw(`create ${definition}`).execute(db)
  const create = <T extends string, C extends string>(
    table: CreateTableBuilder<T, C>,
    options = 'strict',
  ): Promise<void> => (sqlite ? table.modifyEnd(sql.raw(options)) : table).execute()

  await create(
    db.schema
      .createTable('organization')
      .addColumn('id', 'text', key)
      .addColumn('name', 'text', required),
  )
  await create(
    db.schema
      .createTable('account')
      .addColumn('sub', 'text', key)
      .addColumn('email', 'text', (c) => c.notNull().unique())
      .addColumn('name', 'text', required)
      .addColumn('organization', 'text', (c) => c.references('organization.id'))
      .addColumn('roles', 'text', required)
      .addColumn('status', 'text', (c) => c.notNull().check(sql`status in ('active', 'disabled')`))
      .addColumn('password_hash', 'text')
      .addColumn('last_login_at', int)
      .addColumn('created_at', int, required),
  )
  await create(
    db.schema
      .createTable('second_factor')
      .addColumn('account', 'text', (c) => c.primaryKey().notNull().references('account.sub'))
      .addColumn('sealed_secret', 'text', required)
      .addColumn('last_step', int)
      .addColumn('enrolled_at', int, required),
  )
  await create(
    db.schema
      .createTable('app')
      .addColumn('client_id', 'text', key)
      .addColumn('name', 'text', required)
      .addColumn('type', 'text', (c) => c.notNull().check(sql`type in ('spa', 'web', 's2s')`))
      .addColumn('enabled', int, flag('enabled'))
      .addColumn('require_consent', int, flag('require_consent'))
      .addColumn('introspects_all', int, flag('introspects_all'))
      .addColumn('secret_hash', 'text')
      .addColumn('redirect_uris', 'text', required)
      .addColumn('post_logout_redirect_uris', 'text', required)
      .addColumn('scope', 'text', required)
      .addColumn('service_scope', 'text', required)
      .addColumn('write_scopes', 'text', required)
      .addColumn('resources', 'text', required)
      .addColumn('grant_types', 'text', required)
      .addColumn('id_token_alg', 'text', required)
      .addColumn('created_at', int, required),
  )
  await create(
    db.schema
      .createTable('consent')
      .addColumn('account', 'text', (c) => c.notNull().references('account.sub'))
      .addColumn('app', 'text', (c) => c.notNull().references('app.client_id'))
      .addColumn('scope', 'text', required)
      .addColumn('granted_at', int, required)
      .addColumn('revoked_at', int)
      .addPrimaryKeyConstraint('consent_key', ['account', 'app']),
  )
  await create(
    db.schema
      .createTable('impersonation')
      .addColumn('id', 'text', key)
      .addColumn('actor', 'text', required)
      .addColumn('subject', 'text', required)
      .addColumn('app', 'text', required)
      .addColumn('service', 'text')
      .addColumn('mode', 'text', (c) => c.notNull().check(sql`mode in ('read_only', 'full')`))
      .addColumn('scope', 'text', required)
      .addColumn('reason', 'text')
      .addColumn('ticket', 'text')
      .addColumn('started_at', int, required)
      .addColumn('expires_at', int, (c) => c.notNull().check(sql`expires_at > started_at`))
      .addColumn('redeem_by', int)
      .addColumn('redeemed_at', int)
      .addColumn('actor_session', 'text')
      .addColumn('ended_at', int)
      .addColumn('end_noticed_at', int)
      .addColumn('ended_by', 'text')
      .addColumn('end_reason', 'text', (c) =>
        c.check(sql`(ended_at is null) = (end_reason is null)`),
      ),
  )
  await index(
    'unique index impersonation_one_open_per_actor on impersonation (actor) where ended_at is null',
  )
  await index('index impersonation_open on impersonation (expires_at) where ended_at is null')
  await index(
    'index impersonation_end_noticed on impersonation (end_noticed_at) where end_noticed_at is not null',
  )
  await index('index impersonation_by_subject on impersonation (subject, id)')
  await index('index impersonation_by_actor on impersonation (actor, id)')
  await create(
    db.schema
      .createTable('oidc_model')
      .addColumn('model', 'text', required)
      .addColumn('id', 'text', required)
      .addColumn('payload', 'text', required)
      .addColumn('grant_id', 'text')
      .addColumn('uid', 'text')
      .addColumn('user_code', 'text')
      .addColumn('expires_at', int)
      .addColumn('consumed_at', int)
      .addPrimaryKeyConstraint('oidc_model_key', ['model', 'id']),
  )
  for (const column of ['grant_id', 'uid', 'user_code', 'expires_at']) {
    await sql`create index ${sql.ref(`oidc_model_${column}`)} on oidc_model (${sql.ref(column)}) where ${sql.ref(column)} is not null`.execute(
      db,
    )
  }

  await create(
    db.schema
      .createTable('audit_event')
      .addColumn('id', 'text', key)
      .addColumn('at', int, required)
      .addColumn('action', 'text', required)
      .addColumn('outcome', 'text', (c) =>
        c.notNull().check(sql`outcome in ('success', 'denied', 'failure')`),
      )
      .addColumn('code', 'text')
      .addColumn('actor', 'text')
      .addColumn('service', 'text')
      .addColumn('subject', 'text')
      .addColumn('organization', 'text')
      .addColumn('app', 'text')
      .addColumn('impersonation', 'text')
      .addColumn('request_id', 'text')
      .addColumn('details', 'text', required),
  )
  await index('index audit_event_by_action on audit_event (action, id)')
  await index(
    'index audit_event_by_actor on audit_event (actor, action, id) where actor is not null',
  )
  await index('index audit_event_by_subject on audit_event (subject, id) where subject is not null')
  await index(
    'index audit_event_by_impersonation on audit_event (impersonation, id) where impersonation is not null',
  )
  // Personal data stands apart, so that erasing it touches neither the events nor their seal.
  await create(
    db.schema
      .createTable('audit_person')
      .addColumn('event', 'text', key)
      .addColumn('ip', 'text')
      .addColumn('user_agent', 'text')
      .addColumn('email', 'text'),
    'strict, without rowid',
  )
  await create(
    db.schema
      .createTable('audit_seal')
      .addColumn('seq', int, key)
      .addColumn('event', 'text', (c) => c.notNull().unique())
      .addColumn('hash', 'text', required),
  )
  await create(
    db.schema
      .createTable('audit_outbox')
      .addColumn('id', 'text', key)
      .addColumn('event', 'text', required),
    'strict, without rowid',
  )
  await makeAppendOnly(db, sqlite)
  await create(
    db.schema
      .createTable('signing_key')
      .addColumn('kid', 'text', key)
      .addColumn('alg', 'text', required)
      .addColumn('sealed_jwk', 'text', required)
      .addColumn('state', 'text', (c) =>
        c.notNull().check(sql`state in ('next', 'current', 'previous')`),
      )
      .addColumn('created_at', int, required),
  )
  await index("unique index signing_key_one_current on signing_key (alg) where state = 'current'")
  await create(
    db.schema
      .createTable('rate_limit')
      .addColumn('id', 'text', key)
      .addColumn('points', int, required)
      .addColumn('expires_at', int, required),
  )
}
