import type { Report } from './report-queue.ts'
import { SAFE } from './report-queue.ts'
import type { RefusalAnswer } from './refusal.ts'
import { Refusal } from './refusal.ts'
import type { Verified } from './verified.ts'

/** What a route wants of a caller. */
export interface GuardRules {
  /** The scope the token must have. */
  readonly scope?: string
  /** Closed to whoever acts for somebody else: passwords, payment, consent. Default: false. */
  readonly closedToImpersonation?: boolean
  /**
   * Whether the route changes something: `true` for a GET with a side effect, `false` for a search
   * by POST. Default: what the method says (RFC 9110 §9.2.1); opening a WebSocket is a change.
   */
  readonly writes?: boolean
  /** What reports call the route. Default: the framework's pattern for it, else `*`. */
  readonly route?: string
}

/** What a decision needs of a request. Its real method counts, no header that names another. */
export interface GuardedRequest {
  readonly method: string
  readonly header: (name: string) => string | null | undefined
  /** The route's pattern, if the framework knows it. */
  readonly route?: string | undefined
}

/** Either who is calling, or what to answer. */
export type Decision =
  | { readonly verified: Verified; readonly refusal: null }
  | { readonly verified: null; readonly refusal: RefusalAnswer }

/** Decides whether a request may go on; never rejects for what the request or the issuer does. */
export type Guard = (request: GuardedRequest) => Promise<Decision>

interface Parts {
  readonly realm: string
  readonly verify: (token: string) => Promise<Verified>
  readonly report: (verified: Verified, report: Report) => void
}

export const createGuard =
  ({ realm, verify, report }: Parts, rules: GuardRules = {}): Guard =>
  async (request) => {
    const { method } = request
    const route = rules.route ?? request.route ?? '*'
    const refuse = (refusal: Refusal, type?: Report['type'], verified?: Verified): Decision => {
      const requestId = `req_${crypto.randomUUID().replaceAll('-', '')}`
      if (verified !== undefined && type !== undefined)
        report(verified, { type, method, route, requestId })
      return { verified: null, refusal: refusal.answer(realm, requestId, rules.scope) }
    }
    try {
      const verified = await verify(bearerOf(request))
      if (verified.actor !== null) {
        if (rules.closedToImpersonation === true)
          return refuse(new Refusal('IMPERSONATION_FORBIDDEN'), 'forbidden_route', verified)
        // Before the scope, which such a token lacks: the app must hear what it can explain.
        if (verified.mode !== 'full' && (rules.writes ?? !isSafe(request)))
          return refuse(new Refusal('IMPERSONATION_READ_ONLY'), 'write_blocked', verified)
      }
      if (rules.scope !== undefined && !verified.scope.has(rules.scope))
        return refuse(new Refusal('S2S_SCOPE'))
      report(verified, { type: 'request', method, route })
      return { verified, refusal: null }
    } catch (error) {
      if (error instanceof Refusal) return refuse(error)
      throw error
    }
  }

/** Safe methods change nothing; through a WebSocket, which begins with one, anything may follow. */
const isSafe = ({ method, header }: GuardedRequest): boolean =>
  SAFE.has(method) && !/websocket/i.test(header('upgrade') ?? '')

function bearerOf({ header }: GuardedRequest): string {
  const [, token] = /^Bearer(?: +(.*))?$/i.exec(header('authorization') ?? '') ?? [null, null]
  if (token === null) throw new Refusal('UNAUTHENTICATED')
  return token ?? ''
}
