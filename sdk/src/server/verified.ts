import { Refusal } from './refusal.ts'

/** Who is calling, on whose behalf, and what the token allows. */
export interface Verified {
  /** Whose data it is about. */
  readonly subject: string
  /** Who is really acting, when somebody else is (RFC 8693 §4.1). */
  readonly actor: string | null
  readonly impersonationId: string | null
  readonly mode: 'read_only' | 'full' | null
  readonly clientId: string | null
  readonly scope: ReadonlySet<string>
  /** Epoch seconds. */
  readonly expiresAt: number
  /** All that the token, or its introspection, says. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** @throws Refusal S2S_TOKEN_INVALID when the claims are not those of a user's access token */
export function verifiedFrom(claims: Readonly<Record<string, unknown>>): Verified {
  const { exp, act, cnf } = claims
  const subject = textIn(claims, 'sub')
  const actor = textIn(act, 'sub')
  const impersonationId = textIn(claims, 'impersonation_id')
  if (
    subject === null ||
    typeof exp !== 'number' ||
    (act === undefined) !== (actor === null) ||
    // Half an impersonation is none that could be checked.
    (actor === null) !== (impersonationId === null) ||
    // RFC 9449 §7.1: bound to a key that nobody here asks for, so whoever stole it could bring it.
    cnf !== undefined
  )
    throw new Refusal('S2S_TOKEN_INVALID')
  // A mode nobody knows is not one that may write.
  const mode = claims['impersonation_mode'] === 'full' ? 'full' : 'read_only'
  return {
    subject,
    actor,
    impersonationId,
    mode: actor === null ? null : mode,
    clientId: textIn(claims, 'client_id'),
    scope: new Set(textIn(claims, 'scope')?.split(' ')),
    expiresAt: exp,
    claims,
  }
}

/** A member that says something. */
export function textIn(claims: unknown, name: string): string | null {
  const value = (Object(claims) as Record<string, unknown>)[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** What belongs into each line of a log: names and ids as in the issuer's own audit trail. */
export interface AuditFields {
  readonly subject: string
  /** Who acted in the subject's place; `null` when nobody did. */
  readonly actor: string | null
  readonly app: string | null
  readonly impersonation: string | null
  readonly impersonation_mode: 'read_only' | 'full' | null
}

/** Who did it and in whose name, for the log of the resource server. */
export const auditFields = (verified: Verified): AuditFields => ({
  subject: verified.subject,
  actor: verified.actor,
  app: verified.clientId,
  impersonation: verified.impersonationId,
  impersonation_mode: verified.mode,
})
