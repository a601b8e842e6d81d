import Sqlite from 'better-sqlite3'
import pg from 'pg'

export interface DriverFault {
  /** How many calls to the database there were since it was armed. */
  readonly calls: number
  readonly fired: boolean
  disarm(): void
}

type Patched = Record<string, (this: unknown, ...input: unknown[]) => unknown>

/**
 * From now on the n-th call that this process makes to its database fails the way a broken one does:
 * with SQLite as an I/O error, with PostgreSQL as a connection that its server has closed.
 *
 * @param pick counts only calls whose SQL it accepts.
 * @param last the number of the last call that fails; default only the n-th.
 */
export function failCall(
  database: 'sqlite' | 'postgres',
  n: number,
  { pick = () => true, last = n }: { pick?: (sql: string) => boolean; last?: number } = {},
): DriverFault {
  let calls = 0
  let fired = false
  const hits = (sql: string): boolean => {
    if (!pick(sql)) return false
    calls++
    const hit = calls >= n && calls <= last
    fired ||= hit
    return hit
  }
  const disarm = database === 'sqlite' ? armSqlite(hits) : armPostgres(hits)
  return {
    get calls() {
      return calls
    },
    get fired() {
      return fired
    },
    disarm,
  }
}

function armSqlite(hits: (sql: string) => boolean): () => void {
  const memory = new Sqlite(':memory:')
  const prototype = Object.getPrototypeOf(memory.prepare('select 1')) as Patched
  memory.close()
  return patch(
    prototype,
    ['run', 'all'],
    (original) =>
      function call(this: unknown, ...input) {
        if (hits((this as Sqlite.Statement).source)) {
          throw new Sqlite.SqliteError('disk I/O error', 'SQLITE_IOERR')
        }
        return original.apply(this, input)
      },
  )
}

function armPostgres(hits: (sql: string) => boolean): () => void {
  const prototype = pg.Client.prototype as unknown as Patched
  return patch(
    prototype,
    ['query'],
    (original) =>
      function call(this: unknown, ...input) {
        const [query] = input
        const sql = typeof query === 'string' ? query : String((query as { text?: string }).text)
        const instead = 'select pg_terminate_backend(pg_backend_pid())'
        return original.apply(this, hits(sql) ? [instead, ...input.slice(1)] : input)
      },
  )
}

function patch(
  prototype: Patched,
  names: readonly string[],
  replace: (original: Patched[string]) => Patched[string],
): () => void {
  const originals = names.map((name) => [name, prototype[name]] as const)
  for (const [name, original] of originals) {
    if (original === undefined) throw new Error(`no ${name}`)
    prototype[name] = replace(original)
  }
  return () => {
    for (const [name, original] of originals) if (original) prototype[name] = original
  }
}
