import { join } from 'node:path'
import Sqlite from 'better-sqlite3'

/** Every row of every table of an SQLite store, by table, as somebody with a copy of the file sees it. */
export function dumpSqlite(folder: string): Record<string, unknown[]> {
  const copy = new Sqlite(join(folder, 'understudy.sqlite'), { readonly: true })
  try {
    const tables = copy
      .prepare("select name from sqlite_schema where type = 'table' order by name")
      .pluck()
      .all() as string[]
    return Object.fromEntries(
      tables.map((table) => [table, copy.prepare(`select * from "${table}"`).all()]),
    )
  } finally {
    copy.close()
  }
}
