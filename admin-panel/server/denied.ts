/**
 * The panel's own answers that are not the wanted one: status, OAuth error, constant text. What the
 * S2S API refuses is passed on in its own words.
 */
export const panelDenials = {
  BODY_INVALID: [400, 'invalid_request', 'The request body is not valid.'],
  QUERY_INVALID: [400, 'invalid_request', 'The query is not valid.'],
  SIGN_IN_FAILED: [400, 'invalid_request', 'The sign-in was not completed.'],
  SESSION_EXPIRED: [401, 'unauthorized', 'You are not signed in, or no longer.'],
  ACCESS_MISSING: [403, 'access_denied', 'Your roles do not include this.'],
  CROSS_SITE: [403, 'access_denied', 'The request does not come from the panel.'],
  MFA_REQUIRED: [
    403,
    'insufficient_user_authentication',
    'A recent login with a second factor is required.',
  ],
  NOT_FOUND: [404, 'not_found', 'Not found.'],
  METHOD_NOT_ALLOWED: [405, 'invalid_request', 'The method is not allowed here.'],
  BODY_TOO_LARGE: [413, 'invalid_request', 'The request body is too large.'],
  MEDIA_TYPE: [415, 'invalid_request', 'The request body must be application/json.'],
  WRONG_HOST: [421, 'invalid_request', 'This server has another name.'],
  INTERNAL: [500, 'server_error', 'Something went wrong on our side.'],
  PANEL_REFUSED: [502, 'server_error', 'The issuer refuses the panel itself.'],
  ISSUER_UNAVAILABLE: [503, 'temporarily_unavailable', 'The issuer does not answer.'],
} as const

export type PanelDenialCode = keyof typeof panelDenials

/** A refusal by the panel itself. */
export class Denied extends Error {
  override name = 'Denied'
  readonly code: PanelDenialCode
  /** Further members of the body. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: PanelDenialCode,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(panelDenials[code][2], options)
    this.code = code
    this.details = details
  }
}

/** A refusal by the S2S API, to be passed on as it is. */
export class Refused extends Error {
  override name = 'Refused'
  readonly status: number
  readonly body: { readonly code: string; readonly request_id: string }
  readonly retryAfter: string | null

  constructor(status: number, body: Refused['body'], retryAfter: string | null) {
    super(body.code)
    this.status = status
    this.body = body
    this.retryAfter = retryAfter
  }
}
