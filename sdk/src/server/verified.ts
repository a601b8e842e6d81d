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
  const text = (name: string): string | null => {
    const value = claims[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  const subject = text('sub')
  const actor = actorIn(claims['act'])
  const impersonationId = text('impersonation_id')
  const { exp } = claims
  // Half an impersonation is none that could be checked.
  if (
    subject === null ||
    typeof exp !== 'number' ||
    (actor === null) !== (impersonationId === null)
  )
    throw new Refusal('S2S_TOKEN_INVALID')
  // A mode nobody knows is not one that may write.
  const mode = claims['impersonation_mode'] === 'full' ? 'full' : 'read_only'
  return {
    subject,
    actor,
    impersonationId,
    mode: actor === null ? null : mode,
    clientId: text('client_id'),
    scope: new Set(text('scope')?.split(' ')),
    expiresAt: exp,
    claims,
  }
}

function actorIn(claim: unknown): string | null {
  if (claim === undefined) return null
  const { sub } = (claim ?? {}) as { sub?: unknown }
  if (typeof sub !== 'string' || sub === '') throw new Refusal('S2S_TOKEN_INVALID')
  return sub
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
