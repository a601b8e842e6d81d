import type { Account, Configuration, FindAccount } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { actorClaimNames, actorClaims } from '../impersonation/act.ts'
import type { Settings } from '../impersonation/settings.ts'
import { currentRequest, isImpersonated } from './request.ts'

type ExtraTokenClaims = NonNullable<Configuration['extraTokenClaims']>
type Claims = NonNullable<Configuration['claims']>

/** Adds our claims to what the host gives with the scope `openid`: ID token and userinfo. */
export function withActorClaimNames(host: Claims | undefined): Claims {
  const pairs: Iterable<readonly [string, unknown]> =
    host instanceof Map ? host : Object.entries(host ?? {})
  const claims = Object.fromEntries(pairs) as Claims
  const openid: unknown = claims['openid'] ?? ['sub']
  const names = Array.isArray(openid) ? openid.map(String) : Object.keys(openid ?? {})
  return { ...claims, openid: [...new Set([...names, ...actorClaimNames])] }
}

/** The host's accounts, which say who is acting for them while an impersonation is served. */
export const withActor =
  (host: FindAccount): FindAccount =>
  async (ctx, sub, token) => {
    const account = await host(ctx, sub, token)
    const ours = token !== undefined && 'gty' in token && isImpersonated(token)
    if (account === undefined || !ours) return account
    return {
      ...account,
      accountId: account.accountId,
      claims: async (...asked: Parameters<Account['claims']>) => ({
        ...(await account.claims(...asked)),
        ...claimsOfCurrent(),
      }),
    }
  }

/**
 * Puts `act` into access tokens, opaque and JWT. How an administrator signed in travels in the
 * token as well (RFC 9068 §2.2.1): read from the session later, it would be that of a later login.
 */
export const withActorInTokens =
  (settings: Settings, host: ExtraTokenClaims | undefined): ExtraTokenClaims =>
  async (ctx, token) => {
    const theirs = await host?.(ctx, token)
    if ('gty' in token && isImpersonated(token)) return { ...theirs, ...claimsOfCurrent() }
    if (token.kind !== 'AccessToken' || !isImpersonator(settings, token.clientId)) return theirs
    // A host may make tokens outside of any request, and knows then how somebody signed in.
    const entities = (ctx as typeof ctx | undefined)?.oidc.entities
    if (entities === undefined) return theirs
    const { acr, amr, authTime } = entities.RefreshToken ?? entities.AuthorizationCode ?? {}
    return { ...theirs, acr, amr, auth_time: authTime }
  }

const isImpersonator = (settings: Settings, clientId: string | undefined): boolean =>
  clientId !== undefined && settings.impersonatorClients.includes(clientId)

/** Fails closed: a token of an impersonation never leaves without saying who is acting. */
function claimsOfCurrent(): Record<string, unknown> {
  const impersonation = currentRequest()?.impersonation
  if (impersonation == null) throw new errors.InvalidGrant('impersonation not found')
  return { ...actorClaims(impersonation) }
}
