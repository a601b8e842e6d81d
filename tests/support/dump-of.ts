import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import type { Booted } from './boot.ts'

export type Row = Readonly<Record<string, unknown>>
/** Every row of every table, by table, as somebody with a copy of the database sees it. */
export type Dump = Readonly<Record<string, readonly Row[]>>

/** Reads a booted server's whole database beside it. */
export async function dumpOf({ parts }: Booted): Promise<Dump> {
  const { databaseUrl, dataDir } = parts.server
  return databaseUrl === undefined ? dumpFile(dataDir) : dumpServer(databaseUrl)
}

function dumpFile(folder: string): Dump {
  const copy = new Sqlite(join(folder, 'understudy.sqlite'), { readonly: true })
  try {
    const tables = copy.prepare("select name from sqlite_schema where type = 'table'").pluck()
    const read = (table: string): Row[] => copy.prepare(`select * from "${table}"`).all() as Row[]
    return Object.fromEntries((tables.all() as string[]).map((table) => [table, read(table)]))
  } finally {
    copy.close()
  }
}

async function dumpServer(connectionString: string): Promise<Dump> {
  const INT8: number = pg.types.builtins.INT8
  const getTypeParser = (oid: number, format: 'text'): unknown =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)
  const client = new pg.Client({ connectionString, types: { getTypeParser } as never })
  await client.connect()
  try {
    const tables = await client.query<{ tablename: string }>(
      "select tablename from pg_tables where schemaname = 'public'",
    )
    const dump: Record<string, Row[]> = {}
    for (const { tablename } of tables.rows) {
      dump[tablename] = (await client.query<Row>(`select * from "${tablename}"`)).rows
    }
    return dump
  } finally {
    await client.end()
  }
}
