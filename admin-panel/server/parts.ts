import type { AccessRules } from './access-rules.ts'
import type { Cookies } from './cookies.ts'
import type { Issuer } from './issuer.ts'
import type { PanelLog } from './log.ts'
import type { S2s } from './s2s.ts'
import type { Seal } from './seal.ts'
import type { Sessions } from './sessions.ts'
import type { SignIns } from './sign-ins.ts'

/** What the panel's server is made of. */
export interface Parts {
  readonly issuerUrl: string
  /** The panel's own origin. */
  readonly url: string
  readonly clock: () => number
  readonly log: PanelLog
  readonly accessRules: AccessRules
  readonly cookies: Cookies
  readonly seal: Seal
  readonly sessions: Sessions
  readonly signIns: SignIns
  readonly issuer: Issuer
  readonly s2s: S2s
}
