import type { JWTPayload } from 'jose'
import type { IssuerClient } from './issuer-client.ts'
import { Refusal } from './resource-refusal.ts'

/** Who is calling, on whose behalf, and what the token allows. */
export interface Caller {
  /** Whose data it is about. */
  readonly sub: string
  /** Who is really acting, when somebody else is (RFC 8693 §4.1). */
  readonly act: { readonly sub: string } | null
  readonly impersonationId: string | null
  readonly impersonationMode: string | null
  readonly clientId: string | null
  readonly scopes: ReadonlySet<string>
}

/**
 * The caller behind an `Authorization` header, live as of now or, for a JWT, of five seconds ago.
 *
 * @throws Refusal UNAUTHENTICATED, S2S_TOKEN_INVALID, IMPERSONATION_ENDED, UNAVAILABLE
 */
export async function recogniseCaller(issuer: IssuerClient, header: string): Promise<Caller> {
  const [, token] = /^Bearer(?: +(.*))?$/i.exec(header) ?? [null, null]
  if (token === null) throw new Refusal('UNAUTHENTICATED')
  if (token === undefined || token === '') throw new Refusal('S2S_TOKEN_INVALID')
  const isJwt = token.split('.').length === 3
  return isJwt ? recogniseJwt(issuer, token) : recogniseOpaque(issuer, token)
}

async function recogniseJwt(issuer: IssuerClient, token: string): Promise<Caller> {
  const claims = await issuer.verify(token)
  if (claims === null) throw new Refusal('S2S_TOKEN_INVALID')
  const caller = toCaller(claims)
  // Only impersonated requests pay for the question whether a signed token is still good.
  if (caller.impersonationId !== null && !(await issuer.isActive(caller.impersonationId))) {
    throw new Refusal('IMPERSONATION_ENDED')
  }
  return caller
}

async function recogniseOpaque(issuer: IssuerClient, token: string): Promise<Caller> {
  const claims = await issuer.introspect(token)
  if (claims !== null) return toCaller(claims)
  throw new Refusal((await issuer.hasEnded(token)) ? 'IMPERSONATION_ENDED' : 'S2S_TOKEN_INVALID')
}

function toCaller(claims: JWTPayload): Caller {
  const text = (name: string): string | null => {
    const value = claims[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  const sub = text('sub')
  const act = actOf(claims['act'])
  const impersonationId = text('impersonation_id')
  // A service's own token is about nobody; and half an impersonation is none that could be checked.
  if (sub === null || (act === null) !== (impersonationId === null)) {
    throw new Refusal('S2S_TOKEN_INVALID')
  }
  return {
    sub,
    act,
    impersonationId,
    impersonationMode: text('impersonation_mode'),
    clientId: text('client_id'),
    scopes: new Set((text('scope') ?? '').split(' ')),
  }
}

function actOf(claim: unknown): Caller['act'] {
  if (claim === undefined) return null
  const { sub } = (claim ?? {}) as { sub?: unknown }
  if (typeof sub !== 'string' || sub === '') throw new Refusal('S2S_TOKEN_INVALID')
  return { sub }
}
