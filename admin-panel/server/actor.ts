import { Denied, Refused } from './denied.ts'
import type { Issuer } from './issuer.ts'
import type { User } from './person.ts'
import type { Origin, S2s, S2sCall, Streamed } from './s2s.ts'
import { MARGIN_MS } from './service-token.ts'
import type { Session } from './sessions.ts'

type Call = Omit<S2sCall, 'actorToken' | 'origin'>

/** The S2S API on behalf of whoever is signed in. Throws what `S2s` throws, and Denied SESSION_EXPIRED. */
export interface Actor {
  readonly origin: Origin
  get<Body>(path: string, query?: S2sCall['query']): Promise<Body>
  call<Body>(call: Call): Promise<Body>
  stream(path: string, query?: S2sCall['query']): Promise<Streamed>
  /** A call that wants the administrator's token in its body. */
  callWithToken<Body>(path: string, json: object): Promise<Body>
  /** The own account, not older than five seconds. */
  user(): Promise<User>
}

/** How long a role that was taken away may still count. */
const KNOWN_MS = 5000

export interface ActorParts {
  readonly s2s: S2s
  readonly issuer: Issuer
  readonly clock: () => number
}

export function createActor(parts: ActorParts, session: Session, origin: Origin): Actor {
  const { s2s, clock } = parts
  const withToken = <T>(use: (token: string) => Promise<T>): Promise<T> =>
    withLiveToken(parts, session, use)
  const call = <Body>(wanted: Call): Promise<Body> =>
    withToken((actorToken) => s2s.call<Body>({ ...wanted, actorToken, origin }))
  return {
    origin,
    call,
    get: (path, query = {}) => call({ method: 'GET', path, query }),
    stream: (path, query = {}) =>
      withToken((actorToken) => s2s.stream({ method: 'GET', path, query, actorToken, origin })),
    callWithToken: (path, json) =>
      withToken((token) =>
        s2s.call({ method: 'POST', path, json: { ...json, impersonatorToken: token }, origin }),
      ),
    user() {
      const now = clock()
      if (session.known === null || now - session.known.at >= KNOWN_MS) {
        const path = `/users/${encodeURIComponent(session.sub)}`
        const known = { user: call<User>({ method: 'GET', path }).catch(refuseGone), at: now }
        session.known = known
        // What could not be read is no knowledge.
        known.user.catch(() => {
          if (session.known === known) session.known = null
        })
      }
      return session.known.user
    },
  }
}

/**
 * Uses the administrator's token; when it is refused, a new one, once. A session the issuer gives no
 * new token for is over.
 */
async function withLiveToken<T>(
  parts: ActorParts,
  session: Session,
  use: (token: string) => Promise<T>,
): Promise<T> {
  if (session.tokens.expiresAt - parts.clock() <= MARGIN_MS) await renew(parts, session)
  const { accessToken } = session.tokens
  try {
    return await use(accessToken)
  } catch (error) {
    if (!(error instanceof Refused && error.body.code === 'IMPERSONATOR_TOKEN_INVALID')) throw error
    // Somebody else's request may have renewed it meanwhile.
    if (session.tokens.accessToken === accessToken) await renew(parts, session)
    return use(session.tokens.accessToken)
  }
}

/** Whose account is disabled or gone may not even look at it. @throws Denied SESSION_EXPIRED */
function refuseGone(error: unknown): never {
  const code = error instanceof Refused ? error.body.code : null
  if (code === 'IMPERSONATOR_NOT_ALLOWED' || code === 'NOT_FOUND') {
    throw new Denied('SESSION_EXPIRED')
  }
  throw error
}

/** One renewal at a time: a refresh token that is used twice is taken for stolen. */
function renew({ issuer }: ActorParts, session: Session): Promise<void> {
  session.renewal ??= (async () => {
    const { refreshToken } = session.tokens
    const tokens = refreshToken === null ? null : await issuer.renew(refreshToken)
    if (tokens === null) throw new Denied('SESSION_EXPIRED')
    session.tokens = { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
  })().finally(() => {
    session.renewal = null
  })
  return session.renewal
}
