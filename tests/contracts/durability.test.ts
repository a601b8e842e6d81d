import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import type { Storage } from 'understudy'
import { openStorage, StorageUnavailable } from 'understudy'
import { createGroupCommit } from '../../server/src/storage/group-commit.ts'
import { createReading } from '../../server/src/storage/reading.ts'
import { openSqlite } from '../../server/src/storage/sqlite.ts'
import { freshDatabase } from '../support/postgres.ts'
import type { Stores } from '../support/stores.ts'
import { databases, impersonation, openStores } from '../support/stores.ts'

interface EmptyDatabase {
  readonly opened: readonly Storage[]
  sql(text: string): Promise<void>
  close(): Promise<void>
}

describe.each(databases)('opening a database on %s', (database) => {
  let stores: Stores

  beforeEach(async () => {
    stores = await openStores(database)
  })
  afterEach(() => stores.close())

  /** One empty database, opened as often as processes would. */
  async function openEmpty(): Promise<EmptyDatabase> {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-empty-'))
    const server = database === 'postgres' ? await freshDatabase() : undefined
    const where = server === undefined ? { folder } : { databaseUrl: server.url }
    const opened = Array.from({ length: 3 }, () => openStorage(where))
    return {
      opened,
      async sql(text) {
        if (server === undefined) {
          new Sqlite(join(folder, 'understudy.sqlite')).exec(text).close()
          return
        }
        const client = new pg.Client({ connectionString: server.url })
        await client.connect()
        await client.query(text)
        await client.end()
      },
      async close() {
        for (const storage of opened) await storage.close()
        await server?.drop()
        await rm(folder, { recursive: true })
      },
    }
  }

  it('migrates once: a second time there is nothing to do and nothing is lost', async () => {
    const imp = impersonation()
    await stores.storage.impersonations.add(imp)
    expect(await stores.storage.migrate()).toEqual([])
    const again = openStorage(stores.where)
    expect(await again.migrate()).toEqual([])
    expect(await again.impersonations.find(imp.id)).toEqual(imp)
    await again.close()
  })

  it('migrates once when several processes start at the same time', async () => {
    const fresh = await openEmpty()
    const ran = await Promise.all(fresh.opened.map((storage) => storage.migrate()))
    expect(ran.flat()).toEqual(Object.keys(migrations))
    await fresh.close()
  })

  it('leaves nothing of a migration that fails half-way', async () => {
    const fresh = await openEmpty()
    const [storage] = fresh.opened
    await fresh.sql('create table rate_limit (id integer)')
    await expect(storage?.migrate()).rejects.toThrow('rate_limit')
    await fresh.sql('drop table rate_limit')
    expect(await storage?.migrate()).toEqual(Object.keys(migrations))
    await fresh.close()
  })

  it('refuses a database that a newer version has migrated', async () => {
    await stores.sql(
      `insert into kysely_migration (name, timestamp) values ('999-future', '2030-01-01')`,
    )
    await expect(stores.storage.migrate()).rejects.toThrow('999-future')
  })

  it('answers a ping, and says so when it cannot', async () => {
    await stores.storage.ping()
    const other = await openStores(database)
    const { storage } = other
    await other.close()
    await expect(storage.ping()).rejects.toThrow(StorageUnavailable)
    await expect(storage.impersonations.add(impersonation())).rejects.toThrow(StorageUnavailable)
  })
})

describe('SQLite', () => {
  let stores: Stores
  let file: string

  beforeEach(async () => {
    stores = await openStores('sqlite')
    file = join((stores.where as { folder: string }).folder, 'understudy.sqlite')
  })
  afterEach(() => stores.close())

  it('has every acknowledged commit on disk, on the first open and on every later one', async () => {
    for (let open = 0; open < 2; open++) {
      const opened = openSqlite(`${file}.other`)
      const { rows } = await sql`pragma synchronous`.execute(opened.kysely)
      expect(rows).toEqual([{ synchronous: 2 }])
      await sql`create table if not exists t (n integer)`.execute(opened.kysely)
      await opened.close()
    }
  })

  it('is readable by its owner only', async () => {
    for (const name of [file, `${file}-wal`, `${file}-shm`]) {
      expect((await stat(name)).mode & 0o077).toBe(0)
    }
  })

  it('waits, without blocking, for another process to let go of the write lock', async () => {
    const other = new Sqlite(file)
    other.prepare('begin immediate').run()
    const imp = impersonation()
    const writing = stores.storage.unitOfWork.run(() => stores.storage.impersonations.add(imp))
    let turns = 0
    for (let waited = 0; waited < 200; waited += 10, turns++) await delay(10)
    expect(await stores.storage.impersonations.find(imp.id)).toBeUndefined()
    other.prepare('rollback').run()
    other.close()
    await writing
    expect(await stores.storage.impersonations.find(imp.id)).toEqual(imp)
    expect(turns).toBe(20)
  })

  it('commits units that are ready together in one transaction', async () => {
    const connection = new Sqlite(':memory:')
    connection.exec('create table t (n integer unique)')
    const ran: string[] = []
    const prepared = (text: string): Sqlite.Statement => {
      ran.push(text)
      return connection.prepare(text)
    }
    const commits = createGroupCommit(prepared, createReading(connection, prepared).end)
    const unit = (n: number): Promise<unknown[]> =>
      commits.apply([{ sql: 'insert into t values (?)', parameters: [n] }])
    const outcomes = await Promise.allSettled([1, 2, 2, 3].map(unit))
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(ran.filter((text) => text === 'commit')).toHaveLength(1)
    expect(connection.prepare('select n from t order by n').pluck().all()).toEqual([1, 2, 3])
    connection.close()
  })

  it('gives each unit its own chance when the disk is full for one of them', async () => {
    const connection = new Sqlite(':memory:')
    connection.exec('create table t (n integer, filler text)')
    connection.pragma('max_page_count = 20')
    const prepared = (text: string): Sqlite.Statement => connection.prepare(text)
    const commits = createGroupCommit(prepared, createReading(connection, prepared).end)
    const unit = (n: number, size: number): Promise<unknown[]> =>
      commits.apply([{ sql: 'insert into t values (?, ?)', parameters: [n, 'x'.repeat(size)] }])
    const outcomes = await Promise.allSettled([unit(1, 1), unit(2, 1_000_000), unit(3, 1)])
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { name: 'StorageUnavailable' } },
      { status: 'fulfilled' },
    ])
    expect(connection.prepare('select n from t').pluck().all()).toEqual([1, 3])
    connection.close()
  })
})
