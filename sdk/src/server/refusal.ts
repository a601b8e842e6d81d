const texts = {
  UNAUTHENTICATED: [401, 'unauthorized', 'Authentication is required.'],
  S2S_TOKEN_INVALID: [401, 'invalid_token', 'The access token is not valid.'],
  IMPERSONATION_ENDED: [401, 'invalid_token', 'The impersonation has ended.'],
  S2S_SCOPE: [403, 'insufficient_scope', 'The access token lacks the scope this needs.'],
  IMPERSONATION_READ_ONLY: [403, 'access_denied', 'The impersonation is read-only.'],
  IMPERSONATION_FORBIDDEN: [403, 'access_denied', 'Not available while impersonating.'],
  UNAVAILABLE: [503, 'temporarily_unavailable', 'The service cannot do this at the moment.'],
} as const

/** Why a request is refused, in the issuer's own words: an app handles each once. */
export type RefusalCode = keyof typeof texts

/** A refusal as it goes over the wire. */
export interface RefusalAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: {
    readonly error: string
    readonly error_description: string
    readonly code: RefusalCode
    readonly request_id: string
  }
}

/** What `verify` throws. Its message is the code; the cause, if any, is for the log only. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  declare readonly code: RefusalCode
  declare readonly status: number

  constructor(code: RefusalCode, options?: ErrorOptions) {
    super(code, options)
    this.code = code
    this.status = texts[code][0]
  }

  /** The answer to send; `scope` is the one that is missing, for S2S_SCOPE. */
  answer(realm: string, requestId: string, scope?: string): RefusalAnswer {
    const { code, status } = this
    const [, error, description] = texts[code]
    const headers: Record<string, string> = {
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
    }
    // RFC 6750 §3: no error code when nobody tried to authenticate.
    const challenge = `Bearer realm="${realm}"`
    if (code === 'UNAUTHENTICATED') headers['WWW-Authenticate'] = challenge
    else if (status === 401 || code === 'S2S_SCOPE') {
      const wanted = scope === undefined ? '' : `, scope="${scope}"`
      headers['WWW-Authenticate'] =
        `${challenge}, error="${error}", error_description="${description}"${wanted}`
    }
    if (code === 'UNAVAILABLE') headers['Retry-After'] = '1'
    const body = { error, error_description: description, code, request_id: requestId }
    return { status, headers, body }
  }
}
