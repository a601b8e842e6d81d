import type Sqlite from 'better-sqlite3'

export type StatementCache = (sql: string) => Sqlite.Statement

/** Statements by their text. Lists with filters give few hundred texts, so the bound is rarely met. */
export function createStatementCache(connection: Sqlite.Database): StatementCache {
  const statements = new Map<string, Sqlite.Statement>()
  return (sql) => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    if (statements.size >= 1000) statements.clear()
    const statement = connection.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
}
