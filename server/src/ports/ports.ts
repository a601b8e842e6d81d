import type { Settings } from '../impersonation/settings.ts'
import type { AuditSeal, AuditStatements } from './audit-seal.ts'
import type { AuditTrail } from './audit-trail.ts'
import type { Alarm, Clock, NewId } from './clock.ts'
import type { Directory } from './directory.ts'
import type { EndedFeed } from './ended-feed.ts'
import type { Impersonations } from './impersonations.ts'
import type { Leases } from './lease.ts'
import type { Limits, StoredLimits } from './limits.ts'
import type { ModelStores } from './model-store.ts'
import type { Refusals } from './refusals.ts'
import type { Stopwatch } from './stopwatch.ts'
import type { Tokens } from './tokens.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** What has to be kept, in one database so that one unit of work can hold it together. */
export interface Stores {
  readonly unitOfWork: UnitOfWork
  readonly impersonations: Impersonations
  readonly audit: AuditTrail
  readonly auditSeal: AuditSeal
  readonly auditStatements: AuditStatements
  readonly leases: Leases
  /** Counters that survive a restart and are shared by nodes. */
  readonly limits: StoredLimits
  readonly endedFeed: EndedFeed
  readonly models: ModelStores
}

/** Everything an operation may reach for. */
export interface Ports extends Omit<Stores, 'models'> {
  readonly directory: Directory
  readonly tokens: Tokens
  /** Counters of this process alone, for what must be refused before it costs a write. */
  readonly floodGuard: Limits
  readonly refusals: Refusals
  /** The exports this process is writing. */
  readonly exports: Set<symbol>
  /** Aborted when the server stops: answers that would never end by themselves end then. */
  readonly closing: AbortSignal
  readonly settings: Settings
  /** Every role an account can hold. */
  readonly roles: readonly string[]
  readonly clock: Clock
  readonly stopwatch: Stopwatch
  readonly newId: NewId
  readonly alarm: Alarm
}
