import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import type { AuditEvent, Impersonation, Storage } from 'understudy'
import { newId, openStorage } from 'understudy'
import { freshDatabase } from './postgres.ts'

export const NOW: number = Date.parse('2030-01-01T00:00:00.000Z')

/** A migrated database of its own, with a clock the test turns. */
export interface Stores {
  readonly storage: Storage
  readonly clock: { now: number }
  readonly where: { readonly folder: string } | { readonly databaseUrl: string }
  /** Runs SQL beside the stores, as an operator with a shell does. */
  sql(text: string): Promise<unknown[]>
  /** Everything that is kept, as text. */
  dump(): Promise<string>
  close(): Promise<void>
}

export const databases = ['sqlite', 'postgres'] as const

export const openStores = (
  database: (typeof databases)[number],
  clock: Stores['clock'] = { now: NOW },
): Promise<Stores> => (database === 'sqlite' ? openOnSqlite(clock) : openOnPostgres(clock))

async function openOnSqlite(clock: Stores['clock']): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-stores-'))
  const storage = openStorage({ folder }, () => clock.now)
  await storage.migrate()
  const beside = new Sqlite(join(folder, 'understudy.sqlite'))
  const sql = async (text: string): Promise<unknown[]> => {
    const statement = beside.prepare(text)
    if (statement.reader) return statement.all()
    statement.run()
    return []
  }
  return {
    storage,
    clock,
    where: { folder },
    sql,
    dump: () => dump(sql, "select name from sqlite_schema where type = 'table'"),
    async close() {
      beside.close()
      await storage.close()
      await rm(folder, { recursive: true })
    },
  }
}

async function openOnPostgres(clock: Stores['clock']): Promise<Stores> {
  const { url: databaseUrl, drop } = await freshDatabase()
  const storage = openStorage({ databaseUrl }, () => clock.now)
  await storage.migrate()
  const beside = new pg.Client({ connectionString: databaseUrl })
  await beside.connect()
  const sql = async (text: string): Promise<unknown[]> => (await beside.query(text)).rows
  return {
    storage,
    clock,
    where: { databaseUrl },
    sql,
    dump: () => dump(sql, "select tablename as name from pg_tables where schemaname = 'public'"),
    async close() {
      await beside.end()
      await storage.close()
      await drop()
    },
  }
}

async function dump(sql: Stores['sql'], listTables: string): Promise<string> {
  const tables = (await sql(listTables)) as { name: string }[]
  const rows: Record<string, unknown[]> = {}
  for (const { name } of tables) rows[name] = await sql(`select * from "${name}"`)
  return JSON.stringify(rows)
}

/** Starts now and lasts half an hour. */
export const impersonation = (more: Partial<Impersonation> = {}): Impersonation => ({
  id: newId('imp', more.startedAt ?? NOW),
  actor: 'usr_root',
  subject: 'usr_jane',
  organization: null,
  app: 'acme-portal',
  service: 'acme-backend',
  mode: 'read_only',
  scope: 'openid profile',
  reason: null,
  ticket: null,
  startedAt: NOW,
  expiresAt: NOW + 1_800_000,
  redeemBy: null,
  redeemedAt: null,
  actorSession: null,
  ended: null,
  ...more,
})

export const auditEvent = (more: Partial<AuditEvent> = {}): AuditEvent => ({
  seq: null,
  id: newId('aud', more.at ?? NOW),
  at: NOW,
  action: 'impersonation.started',
  outcome: 'success',
  code: null,
  actor: 'usr_root',
  service: 'acme-backend',
  subject: 'usr_jane',
  organization: 'org_northwind',
  app: 'acme-portal',
  impersonation: null,
  requestId: 'req_1',
  ip: '192.0.2.1',
  userAgent: 'Firefox',
  details: { mode: 'read_only' },
  ...more,
})
