import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../ports/clock.ts'
import type { Stores } from '../ports/ports.ts'
import type { Accounts } from './accounts.ts'
import { createAccounts } from './accounts.ts'
import type { Apps } from './apps.ts'
import { createApps } from './apps.ts'
import { createAuditCheckpoints } from './audit-checkpoints.ts'
import { createAuditSeal } from './audit-seal.ts'
import { createAuditTrail } from './audit-trail.ts'
import type { Revocation } from './backup-revocation.ts'
import { createRevocation } from './backup-revocation.ts'
import type { Consents } from './consents.ts'
import { createConsents } from './consents.ts'
import type { CustomerStores } from './customer-stores.ts'
import { createCustomerStores } from './customer-stores.ts'
import type { Database } from './database.ts'
import type { Health } from './health.ts'
import { inspect, probe, readOldest } from './health.ts'
import { createEndedFeed } from './ended-feed.ts'
import type { Erasure } from './erasure.ts'
import { createErasure } from './erasure.ts'
import { createImpersonations } from './impersonations.ts'
import type { KeyStores } from './key-stores.ts'
import { createKeyStores } from './key-stores.ts'
import { createLeases } from './lease.ts'
import { createLimits } from './limits.ts'
import { migrate } from './migrate.ts'
import { createModelStores } from './models.ts'
import { openPostgres } from './postgres.ts'
import { purgeExpired } from './purge.ts'
import type { SecondFactors } from './second-factors.ts'
import { createSecondFactors } from './second-factors.ts'
import { openSqlite } from './sqlite.ts'
import { createUnitOfWork } from './unit-of-work.ts'
import type { WebhookDeliveries } from './webhook-deliveries.ts'
import { createWebhookDeliveries } from './webhook-deliveries.ts'
import type { WebhookEndpoints } from './webhook-endpoints.ts'
import { createWebhookEndpoints } from './webhook-endpoints.ts'

/** Everything that is kept: what the extension needs, and what the ready-made server adds to it. */
export interface Storage extends Stores, CustomerStores, KeyStores {
  readonly dialect: 'sqlite' | 'postgres'
  readonly accounts: Accounts
  readonly apps: Apps
  readonly consents: Consents
  readonly secondFactors: SecondFactors
  readonly webhookEndpoints: WebhookEndpoints
  readonly webhookDeliveries: WebhookDeliveries
  readonly erasure: Erasure
  readonly revocation: Revocation
  /** Brings the schema up to date; resolves to the names of the migrations it ran. */
  migrate(): Promise<string[]>
  /** Deletes expired tokens and counters in small batches; resolves to how many are gone. */
  purge(stopped?: () => boolean): Promise<number>
  /** Rejects with `StorageUnavailable` when the database cannot be read. */
  ping(): Promise<void>
  /** Rejects with `StorageUnavailable` when the database cannot be written. */
  probe(): Promise<void>
  /** Epoch milliseconds of the audit event that has waited longest for the trail; `null` when none waits. */
  oldestInOutbox(): Promise<number | null>
  /** Looks after schema, durability and outbox, and changes nothing. */
  inspect(): Promise<Health>
  close(): Promise<void>
}

/**
 * Opens a database: PostgreSQL with a `postgres://` URL, else an SQLite file in a folder, which is
 * made readable by its owner only.
 */
export function openStorage(
  where: { readonly databaseUrl: string } | { readonly folder: string },
  clock: Clock = Date.now,
): Storage {
  const database = 'folder' in where ? openFile(where.folder) : openPostgres(where.databaseUrl)
  const unitOfWork = createUnitOfWork(database)
  const endedFeed = createEndedFeed(database, clock)
  return {
    dialect: database.dialect,
    unitOfWork,
    impersonations: createImpersonations(database, unitOfWork, clock, endedFeed),
    endedFeed,
    audit: createAuditTrail(database, unitOfWork),
    auditSeal: createAuditSeal(database, clock),
    auditStatements: createAuditCheckpoints(database, unitOfWork, clock),
    leases: createLeases(database, clock),
    limits: createLimits(database, unitOfWork, clock),
    models: createModelStores(database, unitOfWork, clock),
    accounts: createAccounts(database, unitOfWork),
    apps: createApps(database, unitOfWork, clock),
    consents: createConsents(database, unitOfWork),
    secondFactors: createSecondFactors(database, unitOfWork),
    ...createCustomerStores(database, unitOfWork),
    webhookEndpoints: createWebhookEndpoints(database, unitOfWork),
    webhookDeliveries: createWebhookDeliveries(database, unitOfWork),
    ...createKeyStores(database, unitOfWork),
    erasure: createErasure(database, unitOfWork),
    revocation: createRevocation(database, unitOfWork),
    migrate: () => migrate(database),
    purge: (stopped = () => false) => purgeExpired(database, clock(), stopped),
    async ping() {
      await database.rows({ sql: 'select 1 as up', parameters: [] })
    },
    probe: () => probe(database),
    oldestInOutbox: () => readOldest(database),
    inspect: () => inspect(database),
    close: () => database.close(),
  }
}

/** Where the SQLite database of a data folder lies. */
export const sqliteFileIn = (folder: string): string => join(folder, 'understudy.sqlite')

function openFile(folder: string): Database {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = sqliteFileIn(folder)
  // Before SQLite does it: the files it puts beside this one get the permissions of this one.
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  return openSqlite(file)
}
