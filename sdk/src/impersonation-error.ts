/** Every way this package says no, and what to do about it. */
const hints = {
  LINK_INVALID: 'Malformed link. Start again.',
  LINK_SPENT: 'Link expired or used. Start again.',
  FRAMED: 'Open the link outside of a frame.',
  IMPERSONATION_NOT_CONFIRMED: 'Not an impersonation; its token was revoked.',
  ID_TOKEN_MISMATCH: 'ID token of another issuer, app or impersonation.',
  SWITCH_DECLINED: 'The sign-in here was kept.',
  OTHER_TAB: 'The impersonation continues in another tab.',
  NOT_IMPERSONATING: 'No impersonation here.',
  IMPERSONATION_ENDED: 'The impersonation has ended.',
  IMPERSONATION_READ_ONLY: 'The impersonation is read-only.',
  BANNER_HIDDEN: 'Mount the banner.',
  ISSUER_UNREACHABLE: 'Issuer out of reach. Try again.',
  ISSUER_FAILED: 'No usable answer of the issuer.',
} as const

/** The closed union of what an ImpersonationError can be about. */
export type ImpersonationErrorCode = keyof typeof hints

/** The only error this package throws on purpose. */
export class ImpersonationError extends Error {
  declare readonly code: ImpersonationErrorCode
  /** What to do about it, in one sentence. */
  declare readonly hint: string
  /** Whether the same call may succeed later. */
  declare readonly retryable: boolean
  /** The issuer's `X-Request-Id`, for its operators. */
  declare readonly requestId: string | null

  constructor(
    code: ImpersonationErrorCode,
    cause?: unknown,
    retryable: boolean = false,
    requestId: string | null = null,
  ) {
    const hint = hints[code]
    super(hint, { cause })
    Object.assign(this, { name: 'ImpersonationError', code, hint, retryable, requestId })
  }
}
