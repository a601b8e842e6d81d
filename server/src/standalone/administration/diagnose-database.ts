import { existsSync } from 'node:fs'
import type { Health, Storage } from '../../index.ts'
import { sqliteFileIn } from '../../index.ts'
import { openDatabase } from '../open-parts.ts'
import type { ServerSettings } from '../configuration/server-settings.ts'
import type { Finding } from './finding.ts'
import { fine, messageOf, wrong } from './finding.ts'

const CHECK = 'Database'
const UPDATE = 'npx understudy migrate'

/** Opens the database, provided there is one: a look must not leave an empty one behind. */
export async function openForDiagnosis(
  server: ServerSettings,
): Promise<{ readonly finding: Finding; readonly storage: Storage | null }> {
  const isFile = server.databaseUrl === undefined
  if (isFile && !existsSync(sqliteFileIn(server.dataDir))) {
    const detail = `there is none in ${server.dataDir}`
    return { finding: wrong(CHECK, detail, `${UPDATE} makes one.`), storage: null }
  }
  let storage: Storage | null = null
  try {
    storage = openDatabase(server, Date.now)
    await storage.ping()
    const detail = isFile ? `SQLite, ${sqliteFileIn(server.dataDir)}` : 'PostgreSQL'
    return { finding: fine(CHECK, detail), storage }
  } catch (error) {
    await storage?.close()
    const hint = isFile ? 'Restore the file from a backup.' : 'Look at DATABASE_URL and its server.'
    return { finding: wrong(CHECK, messageOf(error), hint), storage: null }
  }
}

export function diagnoseMigrations({ pendingMigrations, unknownMigrations }: Health): Finding {
  const check = 'Migrations'
  if (unknownMigrations.length > 0) {
    const detail = `a newer version has run ${unknownMigrations.join(', ')}`
    return wrong(check, detail, 'Run that version here, too.')
  }
  if (pendingMigrations.length === 0) return fine(check, 'current')
  return wrong(check, `${pendingMigrations.join(', ')} not run yet`, UPDATE)
}

export const diagnoseDurability = ({ durability }: Health): Finding =>
  durability === null
    ? fine('Durability', 'every commit is on disk before it is acknowledged')
    : wrong('Durability', durability, 'Switch it on: a power cut would lose acknowledged writes.')

export const diagnoseIntegrity = ({ damage }: Health): Finding =>
  damage === null
    ? fine('Integrity', 'no damage found')
    : wrong('Integrity', damage, 'Stop the server and restore the file from a backup.')
