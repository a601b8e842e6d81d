import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import type { Booted } from './boot.ts'

/** The database as somebody with a shell beside the server reaches it. */
export interface Beside {
  sql(text: string): Promise<Record<string, unknown>[]>
  /** Holds the lock that every write needs until the result is called. */
  lockWrites(): Promise<() => Promise<void>>
  /** From now on an insert into a table fails, until `repair`. */
  breakInserts(table: string): Promise<void>
  repair(table: string): Promise<void>
  close(): Promise<void>
}

export async function besides({ parts }: Booted): Promise<Beside> {
  const { databaseUrl, dataDir } = parts.server
  return databaseUrl === undefined ? besideFile(dataDir) : besideServer(databaseUrl)
}

function besideFile(folder: string): Beside {
  const file = new Sqlite(join(folder, 'understudy.sqlite'))
  const sql: Beside['sql'] = async (text) => {
    const statement = file.prepare(text)
    if (statement.reader) return statement.all() as Record<string, unknown>[]
    statement.run()
    return []
  }
  return {
    sql,
    async lockWrites() {
      await sql('begin immediate')
      return async () => void (await sql('rollback'))
    },
    breakInserts: async (table) =>
      void (await sql(
        `create trigger broken_${table} before insert on ${table}
         begin select raise(abort, 'broken by a test'); end`,
      )),
    repair: async (table) => void (await sql(`drop trigger broken_${table}`)),
    close: async () => void file.close(),
  }
}

async function besideServer(connectionString: string): Promise<Beside> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const sql: Beside['sql'] = async (text) =>
    (await client.query<Record<string, unknown>>(text)).rows
  return {
    sql,
    async lockWrites() {
      await sql('begin')
      await sql(
        'lock table oidc_model, audit_event, impersonation, rate_limit in share row exclusive mode',
      )
      return async () => void (await sql('rollback'))
    },
    async breakInserts(table) {
      await sql(`create function broken_${table}() returns trigger language plpgsql as
        'begin raise exception ''broken by a test''; end'`)
      await sql(`create trigger broken_${table} before insert on ${table}
        for each row execute function broken_${table}()`)
    },
    async repair(table) {
      await sql(`drop trigger broken_${table} on ${table}`)
      await sql(`drop function broken_${table}()`)
    },
    close: () => client.end(),
  }
}
