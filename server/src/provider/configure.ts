import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { MFA_ACR } from '../impersonation/settings.ts'
import type { ModelStores } from '../ports/model-store.ts'
import type { Ports } from '../ports/ports.ts'
import { impersonationAdapter } from './adapter.ts'
import { withActor, withActorClaimNames, withActorInTokens } from './claims.ts'
import { cappedLifetimes } from './lifetimes.ts'
import { isImpersonated } from './request.ts'

const YEAR = 365.25 * 24 * 3600

/**
 * A host's configuration with impersonation added: every hook of the host is kept and still asked
 * for everything that is not an impersonation.
 *
 * @throws TypeError when the host has no `findAccount`.
 */
export function configure(ports: Ports, models: ModelStores, host: Configuration): Configuration {
  if (host.findAccount === undefined) throw new TypeError('configuration.findAccount is required')
  return {
    ...host,
    adapter: impersonationAdapter(ports, models, host.adapter),
    acrValues: [...new Set([...(host.acrValues ?? []), MFA_ACR])],
    claims: withActorClaimNames(host.claims),
    findAccount: withActor(host.findAccount),
    extraTokenClaims: withActorInTokens(ports.settings, host.extraTokenClaims),
    ttl: cappedLifetimes(ports, host.ttl),
    rotateRefreshToken: (ctx) => {
      const { RefreshToken: token } = ctx.oidc.entities
      if (token !== undefined && isImpersonated(token)) return true
      const theirs = host.rotateRefreshToken ?? rotateByDefault
      return typeof theirs === 'function' ? theirs(ctx) : theirs
    },
    revokeGrantPolicy: (ctx) => {
      const { AccessToken, RefreshToken } = ctx.oidc.entities
      // Without its grant gone, a record would stay open whose tokens were replayed or revoked.
      const ours = [AccessToken, RefreshToken].some((token) => token && isImpersonated(token))
      return ours || (host.revokeGrantPolicy ?? revokeByDefault)(ctx)
    },
  }
}

/** What the library does where the host says nothing. */
function rotateByDefault(ctx: KoaContextWithOIDC): boolean {
  const { RefreshToken: token, Client: client } = ctx.oidc.entities
  if (token === undefined || token.totalLifetime() >= YEAR) return false
  if (client?.clientAuthMethod === 'none' && !token.isSenderConstrained()) return true
  return token.ttlPercentagePassed() >= 70
}

const revokeByDefault = (ctx: KoaContextWithOIDC): boolean =>
  !(ctx.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken !== undefined)
