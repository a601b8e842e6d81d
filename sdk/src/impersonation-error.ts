/** Every way this package says no, and what to do about it. */
const hints = {
  LINK_INVALID: 'This link is malformed. Start again.',
  LINK_SPENT: 'This link has expired or was used already. Start again.',
  FRAMED: 'A link must not be opened inside another page.',
  IMPERSONATION_NOT_CONFIRMED: 'This link is not of an impersonation; its token was revoked.',
  ID_TOKEN_MISMATCH: 'The ID token is not of this issuer, app or impersonation.',
  SWITCH_DECLINED: 'The sign-in of this tab was kept.',
  OTHER_TAB: 'This impersonation continues in another tab.',
  NOT_IMPERSONATING: 'There is no impersonation in this tab.',
  IMPERSONATION_ENDED: 'The impersonation has ended.',
  IMPERSONATION_READ_ONLY: 'This impersonation is read-only.',
  BANNER_HIDDEN: 'Mount the banner, or set requireBanner to false.',
  ISSUER_UNREACHABLE: 'Cannot reach the issuer. Try again.',
  ISSUER_FAILED: 'The issuer gave no usable answer.',
} as const

/** The closed union of what an ImpersonationError can be about. */
export type ImpersonationErrorCode = keyof typeof hints

/** The only error this package throws on purpose. */
export class ImpersonationError extends Error {
  readonly code: ImpersonationErrorCode
  /** What to do about it, in one sentence. */
  readonly hint: string
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** The issuer's `X-Request-Id`, for its operators. */
  readonly requestId: string | null

  constructor(
    code: ImpersonationErrorCode,
    cause?: unknown,
    retryable: boolean = false,
    requestId: string | null = null,
  ) {
    super(hints[code], { cause })
    this.name = 'ImpersonationError'
    this.code = code
    this.hint = hints[code]
    this.retryable = retryable
    this.requestId = requestId
  }
}
