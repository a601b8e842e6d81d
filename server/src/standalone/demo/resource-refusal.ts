import type { Context } from 'koa'
import { denials, requestIdOf } from '../../index.ts'

/** What this server answers besides what is wanted. */
type What =
  | 'UNAUTHENTICATED'
  | 'S2S_TOKEN_INVALID'
  | 'S2S_SCOPE'
  | 'IMPERSONATION_ENDED'
  | 'IMPERSONATION_READ_ONLY'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'MEDIA_TYPE'
  | 'BODY_TOO_LARGE'
  | 'BODY_INVALID'
  | 'UNAVAILABLE'
  | 'INTERNAL'

/** The words of contract §2: an app handles each code once, whoever it hears it from. */
const textOf = (what: What): readonly [status: number, error: string, description: string] =>
  what === 'IMPERSONATION_READ_ONLY'
    ? [403, 'access_denied', 'The impersonation is read-only.']
    : denials[what]

export class Refusal extends Error {
  override name = 'Refusal'
  readonly what: What
  /** The scope that is missing, or the methods that are allowed. */
  readonly wanted: string | null

  constructor(what: What, wanted: string | null = null, options?: ErrorOptions) {
    super(what, options)
    this.what = what
    this.wanted = wanted
  }
}

/** Turns whatever was thrown into an answer; what is no refusal is our own mistake. */
export function answerRefusal(ctx: Context, thrown: unknown): void {
  const { what, wanted } = thrown instanceof Refusal ? thrown : new Refusal('INTERNAL')
  const [status, error, description] = textOf(what)
  ctx.status = status
  if (what === 'METHOD_NOT_ALLOWED' && wanted !== null) ctx.set('Allow', wanted)
  if (what === 'UNAVAILABLE') ctx.set('Retry-After', '1')
  const challenge = challengeOf(what, wanted)
  if (challenge !== null) ctx.set('WWW-Authenticate', challenge)
  ctx.body = {
    error,
    error_description: description,
    code: what,
    request_id: requestIdOf(ctx.req),
  }
}

/** RFC 6750 §3: no error code when nobody tried to authenticate. */
function challengeOf(what: What, wanted: string | null): string | null {
  const [status, error, description] = textOf(what)
  const realm = 'Bearer realm="acme-orders"'
  if (what === 'UNAUTHENTICATED') return realm
  if (status === 401) return `${realm}, error="${error}", error_description="${description}"`
  if (what === 'S2S_SCOPE') return `${realm}, error="${error}", scope="${wanted}"`
  return null
}
