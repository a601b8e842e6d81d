/**
 * The one catalogue of answers that are not the wanted one: status, OAuth error, constant text.
 * Codes are API (docs/reference/errors.md).
 */
export const denials = {
  BODY_INVALID: [400, 'invalid_request', 'The request body is not valid.'],
  TOKEN_REQUIRED: [400, 'invalid_request', 'impersonatorToken is required.'],
  REASON_REQUIRED: [400, 'invalid_request', 'A reason of at least 10 characters is required.'],
  TICKET_INVALID: [400, 'invalid_request', 'A ticket of the configured form is required.'],
  QUERY_INVALID: [400, 'invalid_request', 'The query is not valid.'],
  HOST_INVALID: [400, 'invalid_request', 'The request must name its host once.'],
  UNAUTHENTICATED: [401, 'unauthorized', 'Authentication is required.'],
  S2S_TOKEN_INVALID: [401, 'invalid_token', 'The access token is not valid.'],
  IMPERSONATION_ENDED: [401, 'invalid_token', 'The impersonation has ended.'],
  S2S_SCOPE: [403, 'insufficient_scope', 'The access token lacks the scope this needs.'],
  IMPERSONATOR_TOKEN_INVALID: [403, 'access_denied', 'The impersonator token is not acceptable.'],
  IMPERSONATOR_NOT_ALLOWED: [403, 'access_denied', 'The account may not impersonate.'],
  MFA_REQUIRED: [
    403,
    'insufficient_user_authentication',
    'A recent login with a second factor is required.',
  ],
  NOT_FOUND: [404, 'not_found', 'Not found.'],
  TARGET_NOT_ALLOWED: [403, 'access_denied', 'The account may not be impersonated.'],
  IMPERSONATION_FORBIDDEN: [403, 'access_denied', 'Not available while impersonating.'],
  NOT_IMPERSONATING: [403, 'access_denied', 'The access token is not of an impersonation.'],
  APP_NOT_ELIGIBLE: [403, 'unauthorized_client', 'The app is not an enabled single-page app.'],
  CONSENT_REQUIRED: [403, 'consent_required', 'The user has not consented to the app.'],
  ALREADY_IMPERSONATING: [409, 'conflict', 'The actor has an active impersonation already.'],
  CONSENT_PRESENT: [409, 'conflict', 'There is no consent to ask for.'],
  METHOD_NOT_ALLOWED: [405, 'invalid_request', 'The method is not allowed here.'],
  BODY_TOO_LARGE: [413, 'invalid_request', 'The request body is too large.'],
  MEDIA_TYPE: [415, 'invalid_request', 'The request body must be application/json.'],
  WRONG_HOST: [421, 'invalid_request', 'This server has another name.'],
  RATE_LIMITED: [429, 'rate_limited', 'Too many requests.'],
  INTERNAL: [500, 'server_error', 'Something went wrong on our side.'],
  UNAVAILABLE: [503, 'temporarily_unavailable', 'The service cannot do this at the moment.'],
} as const

export type DenialCode = keyof typeof denials

/** The code of a denial, and what its answer needs besides. */
export interface Denial {
  readonly code: DenialCode
  /** Further members of the body, as docs/reference/errors.md lists them. */
  readonly details?: Readonly<Record<string, unknown>>
  /** Seconds. */
  readonly retryAfter?: number
}
