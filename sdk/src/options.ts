import type { ImpersonationSession } from './impersonation.ts'
import type { TokenStore } from './token-store.ts'

export interface ImpersonationOptions {
  /** Exactly as in its ID tokens, without a slash at the end. */
  readonly issuer: string
  readonly clientId: string
  /** Asks for a JWT access token for this API; without it tokens are opaque. */
  readonly resource?: string
  /** The path a link may land on (`/callback`). Elsewhere its parameters are removed and ignored. */
  readonly callbackPath?: string
  /** Origins that may get the access token; the page's own unless given. */
  readonly api?: readonly string[]
  /** `session` (per tab, the default), `memory` (lost on reload), or a store of your own. */
  readonly storage?: 'session' | 'memory' | TokenStore
  /** Asked before an impersonation takes the place of a sign-in; a dialog unless given. */
  readonly confirm?: (session: ImpersonationSession) => boolean | Promise<boolean>
  /** Whether the app itself is signed in here; it is taken for signed out unless given. */
  readonly ownSession?: () => boolean
  /** Without a visible banner no access token is handed out; `true` unless given. */
  readonly requireBanner?: boolean
  /** Where `end()` leads this tab; it stays where it is unless given. */
  readonly returnTo?: string | ((session: ImpersonationSession) => string)
}
