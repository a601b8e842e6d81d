import { chmodSync, closeSync, openSync, renameSync, rmSync } from 'node:fs'
import Sqlite from 'better-sqlite3'

/** All pages in one step: a copy that pauses begins again with every commit of a running server. */
const ALL_PAGES = 0x7f_ff_ff_ff

/**
 * Copies an SQLite database, also while it is written to, into one new file that only its owner can
 * read: a state it really had, and undamaged.
 *
 * @throws when the target is there already, or the source is damaged or no database.
 */
export async function copySqlite(source: string, target: string): Promise<void> {
  // Whoever asks second is refused; what is there is never overwritten.
  closeSync(openSync(target, 'wx', 0o600))
  const partial = `${target}.partial`
  try {
    closeSync(openSync(partial, 'wx', 0o600))
    await copy(source, partial)
    finish(partial)
    renameSync(partial, target)
  } catch (error) {
    for (const file of [partial, `${partial}-journal`, target]) rmSync(file, { force: true })
    throw error
  }
}

async function copy(source: string, target: string): Promise<void> {
  const from = new Sqlite(source, { readonly: true, fileMustExist: true })
  try {
    await from.backup(target, { progress: () => ALL_PAGES })
  } finally {
    from.close()
  }
}

/** One file without companions, proven to be whole. */
function finish(file: string): void {
  chmodSync(file, 0o600)
  const connection = new Sqlite(file)
  try {
    connection.pragma('journal_mode = delete')
    const found = connection.pragma('integrity_check(1)', { simple: true })
    if (found !== 'ok') throw new Error(`The database is damaged: ${String(found)}`)
  } finally {
    connection.close()
  }
}

/**
 * Moves what is in the companions of a database file into the file itself, provided nobody works
 * with it. A damaged file is left as it is.
 *
 * @returns whether nobody does.
 */
export function settleSqlite(file: string): boolean {
  const connection = new Sqlite(file, { fileMustExist: true, timeout: 100 })
  try {
    // Needs a lock that no other connection leaves room for.
    connection.pragma('journal_mode = delete')
    return true
  } catch (error) {
    return !(error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY'))
  } finally {
    connection.close()
  }
}
