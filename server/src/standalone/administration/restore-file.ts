import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { copySqlite, openStorage, settleSqlite, sqliteFileIn } from '../../index.ts'
import { openDatabase } from '../open-parts.ts'
import type { Restored, RestoreOptions } from './restore-database.ts'
import { settleRestored } from './restore-database.ts'

const LEASE_MS = 30_000
const RUNNING = 'A server works with the database: stop it first.'

/** @returns also where the database it replaces was put, if there was one. */
export async function restoreFile(
  file: string,
  options: RestoreOptions,
): Promise<Restored & { readonly aside: string | null }> {
  const { dataDir } = options.server
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  assertUnused(dataDir)
  // Put in place when it is done: whatever interrupts this, nothing of the past is ever served.
  const staging = await mkdtemp(join(dataDir, 'restoring-'))
  try {
    await copySqlite(file, sqliteFileIn(staging))
    const restored = await settleCopy(staging, options)
    assertUnused(dataDir)
    const aside = await replace(sqliteFileIn(dataDir), sqliteFileIn(staging), options.clock())
    return { ...restored, aside }
  } finally {
    await rm(staging, { recursive: true })
  }
}

async function settleCopy(folder: string, options: RestoreOptions): Promise<Restored> {
  const storage = openStorage({ folder }, options.clock)
  try {
    const { pendingMigrations } = await storage.inspect()
    if (pendingMigrations.includes('001-initial')) {
      throw new Error('The file holds no database of Understudy.')
    }
    return await settleRestored(storage, options)
  } finally {
    await storage.close()
  }
}

function assertUnused(dataDir: string): void {
  const file = sqliteFileIn(dataDir)
  if (existsSync(file) && !settleSqlite(file)) throw new Error(RUNNING)
}

async function replace(current: string, restored: string, at: number): Promise<string | null> {
  const aside = `${current}.until-${new Date(at).toISOString().replaceAll(':', '-')}`
  const had = existsSync(current)
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(current + suffix)) await rename(current + suffix, aside + suffix)
  }
  await rename(restored, current)
  await syncFolder(join(current, '..'))
  return had ? aside : null
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync()
  await handle.close()
}

/** For a database that was put back by other means, in its place: `pg_restore`, or a snapshot. */
export async function restoreInPlace(options: RestoreOptions): Promise<Restored> {
  const storage = openDatabase(options.server, options.clock)
  const holder = randomUUID()
  try {
    await storage.migrate()
    for (const work of ['sweep', 'audit-seal']) {
      if (!(await storage.leases.take(work, holder, LEASE_MS))) throw new Error(RUNNING)
    }
    return await settleRestored(storage, options)
  } finally {
    for (const work of ['sweep', 'audit-seal']) await storage.leases.release(work, holder)
    await storage.close()
  }
}
