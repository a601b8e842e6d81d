import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../server/src/storage/database.ts'
import { openPostgres } from '../../server/src/storage/postgres.ts'
import { openSqlite } from '../../server/src/storage/sqlite.ts'
import { freshDatabase } from './postgres.ts'

export interface BareDatabase {
  readonly opened: Database
  /** Leaves nothing behind. */
  readonly close: () => Promise<void>
}

/** A database without a schema yet. */
export async function bareDatabase(dialect: 'sqlite' | 'postgres'): Promise<BareDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-bare-'))
  const server = dialect === 'postgres' ? await freshDatabase() : undefined
  const opened =
    server === undefined ? openSqlite(join(folder, 'understudy.sqlite')) : openPostgres(server.url)
  return {
    opened,
    async close() {
      await opened.close()
      await server?.drop()
      await rm(folder, { recursive: true })
    },
  }
}
