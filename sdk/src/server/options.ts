/** How a resource server takes part. */
export interface VerifierOptions {
  /** As in `iss`, and where its routes are: `https://id.example`. */
  readonly issuer: string
  /** This resource server's own identifier (RFC 8707). Without it, no JWT is taken. */
  readonly audience?: string
  /**
   * Whose tokens are taken: the `client_id`s of the apps that are made for it. Without it, any app's,
   * also those without an audience, which say nothing about whom they are for.
   */
  readonly clients?: readonly string[]
  /** A service with the scopes `read_impersonation` and `write_impersonation_event`. */
  readonly clientId: string
  readonly clientSecret: string
  /** Follow the issuer's feed of ended impersonations. Default: true. */
  readonly feed?: boolean
  /** How long an answer of the issuer may be believed without the feed: 0 to 5, the default. */
  readonly cacheSeconds?: number
  /** How long the issuer may take to answer. Default: 5. */
  readonly timeoutSeconds?: number
  /** Of the challenges (RFC 6750 §3). Default: `api`. */
  readonly realm?: string
  /** Hears why the issuer could not be asked, the feed be read or a report be sent. */
  readonly onError?: (error: unknown) => void
  /** Epoch milliseconds; default `Date.now`. */
  readonly clock?: () => number
}

/** The options with their defaults: what every part of a verifier gets. */
export interface Settings extends Required<
  Omit<VerifierOptions, 'audience' | 'cacheSeconds' | 'clients'>
> {
  readonly audience: string | null
  readonly clients?: readonly string[]
  /** Where the issuer's routes begin, without a slash at the end. */
  readonly base: string
  /** Whether what was asked at that time may still be believed. */
  readonly isFresh: (askedAt: number) => boolean
}

export function settingsOf({
  audience,
  feed = true,
  cacheSeconds = 5,
  timeoutSeconds = 5,
  realm = 'api',
  onError,
  clock = Date.now,
  ...required
}: VerifierOptions): Settings {
  const cacheMs = Math.min(Math.max(cacheSeconds, 0), 5) * 1000
  return {
    ...required,
    audience: audience ?? null,
    feed,
    timeoutSeconds,
    realm,
    clock,
    onError(error) {
      try {
        onError?.(error)
      } catch {
        // Nobody is left to tell.
      }
    },
    base: required.issuer.replace(/\/+$/, ''),
    isFresh(askedAt) {
      // A clock that was set back must not make an answer last.
      const age = clock() - askedAt
      return age >= 0 && age < cacheMs
    },
  }
}
