import type { Impersonation } from '../impersonation/impersonation.ts'
import type { App } from '../impersonation/app.ts'

/** A service that calls with a client-credentials token (RFC 6749 §4.4). */
export interface Service {
  readonly clientId: string
  readonly scopes: ReadonlySet<string>
  /** When its token expires, epoch milliseconds. */
  readonly expiresAt: number
}

/** Whose opaque access token of an impersonator client this is. */
export interface ActorToken {
  readonly sub: string
  /** Epoch seconds of the login's second factor; `null` when it used none. */
  readonly mfaAt: number | null
  readonly session: string | null
}

/** What an access token on the browser's routes turned out to be. */
export type BearerToken =
  | { readonly kind: 'impersonation'; readonly impersonation: string; readonly app: string }
  | { readonly kind: 'ordinary' }

/** The authorization server's tokens. Every `find` gives `undefined` for what is not live. */
export interface Tokens {
  findService(token: string): Promise<Service | undefined>
  /** Only what contract §1 accepts as the actor's token; every other token is `undefined`. */
  findActor(token: string): Promise<ActorToken | undefined>
  /** Also when the impersonation has ended, as long as the token itself has not expired. */
  findBearer(token: string): Promise<BearerToken | undefined>
  /** Makes the grant and the first refresh token, inside the unit; resolves to the token. */
  mint(impersonation: Impersonation, app: App): Promise<string>
  /** Whether the app may redeem what `mint` makes: a client without a secret, with refresh tokens. */
  canRedeem(clientId: string): Promise<boolean>
  /** Whether that login stands; `null` is somebody recognised without one, who cannot sign out. */
  isSignedIn(session: string | null, sub: string): Promise<boolean>
}
