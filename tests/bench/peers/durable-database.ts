import Database from 'better-sqlite3'

export function openDurable(path: string): Database.Database {
  const database = new Database(path)
  // WAL for every peer: the rollback journal would only make the others slower
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  // a later open of a WAL file falls back to NORMAL, which would make the comparison a lie
  if (database.pragma('synchronous', { simple: true }) !== 2) throw new Error('not FULL')
  return database
}
