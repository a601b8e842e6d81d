/** What the issuer says about the impersonation an app is in (`GET /api/v1/impersonation`). */
export interface ImpersonationSession {
  readonly id: string
  readonly actor: {
    readonly sub: string
    readonly email: string | null
    readonly name: string | null
  }
  readonly subject: {
    readonly sub: string
    readonly email: string | null
    readonly name: string | null
  }
  readonly app: { readonly clientId: string; readonly name: string | null }
  readonly mode: 'read_only' | 'full'
  readonly reason: string | null
  readonly ticket: string | null
  /** Milliseconds until it ends, as of now: counted on a clock nobody can set. */
  readonly remaining: () => number
}

export type Status = 'idle' | 'pending' | 'active' | 'ended' | 'error'

/** Why it ended, as far as this tab knows. */
export type EndReason = 'ended_here' | 'ended_elsewhere' | 'expired' | 'revoked'

export interface ImpersonationState {
  readonly status: Status
  readonly session: ImpersonationSession | null
  readonly error: ImpersonationErrorShape | null
  readonly reason?: EndReason
}

/** The members of ImpersonationError, for those who must not import its class. */
export interface ImpersonationErrorShape extends Error {
  readonly code: string
  readonly hint: string
  readonly retryable: boolean
  readonly requestId: string | null
}

/** The running app's hold on an impersonation. Everything else in this package is built on it. */
export interface Impersonation {
  /** A stable reference until something changes. */
  readonly state: ImpersonationState
  subscribe(listener: () => void): () => void
  /** Picks a link up, or what an earlier page of this tab left. Idempotent; the URL is clean before its first await. */
  start(): Promise<ImpersonationSession | null>
  /** Waits up to half a second for the banner's first report. */
  getAccessToken(): Promise<string>
  /**
   * The impersonation's access token. Where none has run since the page was loaded, what the app's own
   * client gives; after an end it throws, so that no page goes on as somebody else.
   */
  token(fallback: () => Promise<string | null>): Promise<string | null>
  /** `fetch` with the token for the allowed origins; refuses unsafe methods in read-only mode. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** Ends it, here and at the issuer. Idempotent; clears this tab even when offline. */
  end(): Promise<void>
  /** For the banner: whether it is in place. Without it no token is handed out, unless the app said so. */
  setBannerVisible(visible: boolean): void
}
