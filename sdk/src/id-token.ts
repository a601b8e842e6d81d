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
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes)) as Claims
  } catch {
    return {}
  }
}
