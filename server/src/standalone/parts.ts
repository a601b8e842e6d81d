import type Provider from 'oidc-provider'
import type { Logger } from 'pino'
import type {
  Directory,
  ImpersonationExtension,
  Impersonations,
  Settings,
  Storage,
} from '../index.ts'
import type { Clock } from './clock.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { SecretBox } from './keys/secret-box.ts'
import type { ServerSettings } from './configuration/server-settings.ts'

/** What the ready-made server is made of, once everything is open. */
export interface Parts {
  readonly settings: Settings
  readonly server: ServerSettings
  readonly storage: Storage
  readonly box: SecretBox
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly impersonation: ImpersonationExtension
  readonly directory: Directory
  /** The records, with the mail that is written when one starts or ends. */
  readonly impersonations: Impersonations
}

export interface ProviderParts extends Parts {
  readonly provider: Provider
}
