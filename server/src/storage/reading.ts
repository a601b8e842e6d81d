import type Sqlite from 'better-sqlite3'
import type { StatementCache } from './statement-cache.ts'

export interface Reading {
  /** Call it before each read. */
  readonly begin: () => void
  /** Call it before a write: what is read from then on is read anew. */
  readonly end: () => void
}

/**
 * Taking and giving back SQLite's lock costs more than finding a row, so what a request reads in one
 * go shares one look at the database. It ends before the process hears of anything else, so nobody
 * is answered by what was there before they asked.
 */
export function createReading(connection: Sqlite.Database, prepared: StatementCache): Reading {
  let isOpen = false
  const end = (): void => {
    isOpen = false
    // One that is open and none of ours failed, and so did its end.
    if (connection.inTransaction) prepared('rollback').run()
  }
  const endQuietly = (): void => {
    if (!isOpen || !connection.open) return
    try {
      end()
    } catch {
      // Whoever reads or writes next ends it, or is told why not.
    }
  }
  return {
    begin() {
      if (isOpen) return
      end()
      prepared('begin').run()
      isOpen = true
      // Runs when no promise is left to go on, and so before the next event is looked at.
      process.nextTick(endQuietly)
    },
    end,
  }
}
