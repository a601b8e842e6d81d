/** What an ID token of an impersonation says, as far as anybody here asks. */
export interface Claims {
  readonly iss?: string
  readonly aud?: string | readonly string[]
  readonly sub?: string
  readonly iat?: number
  readonly act?: { readonly sub?: string }
  readonly impersonation_id?: string
}

/** The claims of an ID token; none when it is not one. */
export function claimsOf(idToken: unknown): Claims {
  try {
    const payload = String(idToken).split('.')[1] ?? ''
    // Byte by byte, since what is asked for is ASCII (OIDC Core §2, RFC 6749 Appendix A.1).
    return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Claims
  } catch {
    return {}
  }
}
