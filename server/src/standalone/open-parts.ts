import type { Settings, Storage } from '../index.ts'
import { createImpersonation, openStorage } from '../index.ts'
import type { DestinationStream } from 'pino'
import { Role } from '../configs/variable.ts'
import type { Clock } from './clock.ts'
import { createDirectory } from './directory.ts'
import { serverEndpoints } from './endpoints.ts'
import { createLog } from './log.ts'
import { keepsMail } from './mail/keeps-mail.ts'
import { tellSubjects } from './mail/tell-subjects.ts'
import { createMetrics } from './metrics/metrics.ts'
import { stockOf } from './metrics/stock.ts'
import type { Parts } from './parts.ts'
import { ConfigurationError } from './configuration/policy-settings.ts'
import type { Risk } from './configuration/production-risks.ts'
import { demoRisks, settingsRisks } from './configuration/production-risks.ts'
import type { Configuration } from './configuration/read-configuration.ts'
import { readConfiguration } from './configuration/read-configuration.ts'
import { openSecretBox } from './keys/secret-box.ts'
import type { ServerSettings } from './configuration/server-settings.ts'

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
  const { settings, server } = readUsable(env)
  const box = openSecretBox(server)
  const storage = openDatabase(server, clock)
  const metrics = createMetrics(stockOf(storage, clock))
  const log = createLog(server.logLevel, logTo, metrics.countAlarm)
  storage.audit.observe(metrics.countEvent)
  try {
    await storage.migrate()
    if (server.production) refuse(await demoRisks(storage))
  } catch (error) {
    // Open connections would keep a process alive that has nothing more to do.
    await storage.close()
    throw error
  }
  return {
    ...createExtension(storage, { settings, server, log, clock }),
    settings,
    server,
    storage,
    box,
    clock,
    log,
    metrics,
  }
}

/**
 * The configuration, refused before anything is opened or made where that can be known.
 *
 * @throws ConfigurationError
 */
export function readUsable(env: NodeJS.ProcessEnv): Configuration {
  const configuration = readConfiguration(env)
  const { settings, server } = configuration
  refuseSilence(settings, server)
  if (server.production) refuse(settingsRisks(server))
  return configuration
}

/** Customers who were to be told must not be left in the dark by a variable that is missing. */
function refuseSilence({ notifySubject }: Settings, server: ServerSettings): void {
  if (notifySubject === 'never' || keepsMail(server)) return
  throw new ConfigurationError('NOTIFY_SUBJECT: mail cannot be sent without SMTP_URL')
}

function refuse(risks: readonly Risk[]): void {
  if (risks.length === 0) return
  throw new ConfigurationError(risks.map(({ reason }) => reason).join('\n'))
}

/** The configured database as it is: its schema may be an old one. */
export const openDatabase = (server: ServerSettings, clock: Clock): Storage =>
  server.databaseUrl === undefined
    ? openStorage({ folder: server.dataDir }, clock)
    : openStorage({ databaseUrl: server.databaseUrl }, clock)

function createExtension(
  storage: Storage,
  { settings, server, log, clock }: Pick<Parts, 'settings' | 'server' | 'log' | 'clock'>,
): Pick<Parts, 'impersonation' | 'impersonations' | 'directory'> {
  const { issuer } = server
  const alarm = (what: string, error: unknown): void => {
    log.error({ err: error, alarm: true }, what)
  }
  const directory = createDirectory(storage, clock)
  const when = settings.notifySubject
  const impersonations = tellSubjects(storage.impersonations, { storage, issuer, when, alarm })
  const impersonation = createImpersonation({
    stores: { ...storage, impersonations },
    directory,
    roles: Object.values(Role),
    settings,
    endpoints: serverEndpoints({ storage, issuer, mails: keepsMail(server) }),
    resource: apiResourceOf(issuer),
    clock,
    alarm,
  })
  return { impersonation, impersonations, directory }
}
