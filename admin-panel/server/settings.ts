import type { AccessRules } from './access-rules.ts'
import type { PanelLog } from './log.ts'

export interface PanelSettings {
  /** Where people sign in and where the S2S API is: an origin. */
  readonly issuer: string
  /** The panel's own origin, as browsers see it. */
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** The built pages; by default admin-panel/dist. */
  readonly staticDir?: string
  /** Epoch milliseconds; by default the system's clock. */
  readonly clock?: () => number
  readonly log?: PanelLog
  /** Who may do what; by default tools/access.ts. */
  readonly accessRules?: AccessRules
  /** How many proxies in front may be believed about the address of a browser; by default none. */
  readonly trustedProxies?: number
}
