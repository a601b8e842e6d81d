import type { ImpersonationExtension, Storage } from '../index.ts'
import { createImpersonation, openStorage } from '../index.ts'
import type { DestinationStream } from 'pino'
import type { Clock } from './clock.ts'
import { createDirectory } from './directory.ts'
import { refuseDemoData } from './demo-refusal.ts'
import { createLog } from './log.ts'
import type { Parts } from './parts.ts'
import { loadSettings } from './policy-settings.ts'
import { openSecretBox } from './secret-box.ts'
import type { ServerSettings } from './server-settings.ts'
import { loadServerSettings } from './server-settings.ts'

/** The audience of services' tokens: our own API. */
export const apiResourceOf = (issuer: string): string => `${issuer}/api/v1`

/** What a process normally finds around it. */
export interface Surroundings {
  readonly clock?: Clock
  /** Where the log goes; default standard output. */
  readonly logTo?: DestinationStream
}

/**
 * Reads the configuration and opens database and keys, with the schema brought up to date.
 *
 * @throws ConfigurationError
 */
export async function openParts(
  env: NodeJS.ProcessEnv,
  surroundings: Surroundings = {},
): Promise<Parts> {
  const { clock = Date.now, logTo } = surroundings
  const settings = loadSettings(env)
  const server = loadServerSettings(env)
  const log = createLog(server.logLevel, logTo)
  const box = openSecretBox(server.secretKey, server.dataDir)
  const storage = openDatabase(server, clock)
  try {
    await storage.migrate()
    if (server.production) await refuseDemoData(storage)
  } catch (error) {
    // Open connections would keep a process alive that has nothing more to do.
    await storage.close()
    throw error
  }
  const impersonation = createExtension(storage, { settings, server, log, clock })
  return { settings, server, storage, box, clock, log, impersonation }
}

/** The configured database as it is: its schema may be an old one. */
export const openDatabase = (server: ServerSettings, clock: Clock): Storage =>
  server.databaseUrl === undefined
    ? openStorage({ folder: server.dataDir }, clock)
    : openStorage({ databaseUrl: server.databaseUrl }, clock)

const createExtension = (
  storage: Storage,
  { settings, server, log, clock }: Pick<Parts, 'settings' | 'server' | 'log' | 'clock'>,
): ImpersonationExtension =>
  createImpersonation({
    stores: storage,
    directory: createDirectory(storage, clock),
    settings,
    resource: apiResourceOf(server.issuer),
    clock,
    alarm: (what, error) => {
      log.error({ err: error, alarm: true }, what)
    },
  })
