import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../server/src/storage/database.ts'
import { migrate } from '../../server/src/storage/migrate.ts'
import { openSqlite } from '../../server/src/storage/sqlite.ts'

const all = { sql: 'select n from t order by n', parameters: [] }
const add = (n: number): { sql: string; parameters: number[] } => ({
  sql: 'insert into t values (?)',
  parameters: [n],
})

describe('reading from SQLite', () => {
  let folder: string
  let database: Database
  /** Another process, as far as SQLite knows. */
  let other: Sqlite.Database

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-reading-'))
    const file = join(folder, 'understudy.sqlite')
    database = openSqlite(file)
    other = new Sqlite(file, { timeout: 0 })
    other.exec('create table t (n integer); insert into t values (1)')
  })
  afterEach(async () => {
    other.close()
    await database.close()
    await rm(folder, { recursive: true })
  })

  it('sees one state in one go, and what another process has written in the next', async () => {
    const first = database.rows(all)
    other.exec('insert into t values (2)')
    const second = database.rows(all)
    expect([await first, await second]).toEqual([[{ n: 1 }], [{ n: 1 }]])
    await nextTurn()
    expect(await database.rows(all)).toEqual([{ n: 1 }, { n: 2 }])
  })

  it('sees what this process has written as soon as it is acknowledged', async () => {
    expect(await database.rows(all)).toEqual([{ n: 1 }])
    await database.apply([add(2)])
    expect(await database.rows(all)).toEqual([{ n: 1 }, { n: 2 }])
    const [, seen] = await Promise.all([
      database.rows(all),
      database.apply([add(3)]).then(() => database.rows(all)),
    ])
    expect(seen).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  it('goes on after a statement that cannot be read', async () => {
    const wrong = database.rows({ sql: 'select n from nowhere', parameters: [] })
    await expect(wrong).rejects.toMatchObject({ name: 'StorageUnavailable' })
    expect(await database.rows(all)).toEqual([{ n: 1 }])
    await database.apply([add(2)])
    expect(await database.rows(all)).toEqual([{ n: 1 }, { n: 2 }])
  })

  it('lets go of the file before the next event, so that nobody waits for a reader', async () => {
    await database.rows(all)
    await nextTurn()
    expect(other.pragma('wal_checkpoint(truncate)')).toMatchObject([{ busy: 0 }])
  })

  it('leaves room for a migration that begins right after a read', async () => {
    await database.rows(all)
    expect(await migrate(database)).toContain('001-initial')
  })

  it('may be closed right after a read', async () => {
    const closing = openSqlite(join(folder, 'another.sqlite'))
    await migrate(closing)
    await closing.rows({ sql: 'select 1 as n', parameters: [] })
    await closing.close()
    await nextTurn()
    const late = closing.rows({ sql: 'select 1 as n', parameters: [] })
    await expect(late).rejects.toMatchObject({ name: 'StorageUnavailable' })
  })
})
