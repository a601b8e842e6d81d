import type Provider from 'oidc-provider'
import type { AccessToken, Client } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { App } from '../impersonation/app.ts'
import type { Settings } from '../impersonation/settings.ts'
import { MFA_ACR } from '../impersonation/settings.ts'
import { Denied } from '../operations/denied.ts'
import type { ActorToken, Tokens } from '../ports/tokens.ts'
import { GRANT_TYPE, isImpersonated } from './request.ts'

/**
 * The provider's own tokens, through its public models.
 *
 * @param provider known only after the host has constructed it.
 * @param resource the audience a service's token must have, if the host gives its API one.
 */
export function createTokens(
  provider: () => Provider,
  settings: Settings,
  resource: string | undefined,
): Tokens {
  return {
    async findService(token) {
      const found = await provider().ClientCredentials.find(token)
      // `find` tolerates a clock that is off by some seconds; an expired token is expired here.
      if (found === undefined || !found.isValid || found.isSenderConstrained()) return undefined
      if (resource !== undefined && found.aud !== resource) return undefined
      if (found.clientId === undefined) return undefined
      const client = await provider().Client.find(found.clientId)
      const expiresAt = (found.exp ?? 0) * 1000
      return client && { clientId: client.clientId, scopes: found.scopes, expiresAt }
    },

    findActor: (token) => findActor(provider(), settings, token),

    async findBearer(token) {
      const found = await provider().AccessToken.find(token)
      // RFC 9449 §7.1: who stole a token that is bound to a key may bring it without the key.
      if (found === undefined || !found.isValid || found.isSenderConstrained()) return undefined
      if (!isImpersonated(found)) return { kind: 'ordinary' }
      return { kind: 'impersonation', impersonation: found.grantId, app: found.clientId ?? '' }
    },

    canRedeem: async (clientId) => (await findPublicClient(provider(), clientId)) !== undefined,

    mint: (impersonation, app) => mint(provider(), impersonation, app),

    async isSignedIn(session, sub) {
      if (session === null) return true
      return (await provider().Session.findByUid(session))?.accountId === sub
    },
  }
}

async function findActor(
  provider: Provider,
  settings: Settings,
  token: string,
): Promise<ActorToken | undefined> {
  const found = await provider.AccessToken.find(token)
  if (found === undefined || !isAcceptable(found, settings)) return undefined
  const grant = await provider.Grant.find(found.grantId)
  if (grant?.accountId !== found.accountId || grant.clientId !== found.clientId) return undefined
  const { acr, amr, auth_time: authTime } = (found.extra ?? {}) as Record<string, unknown>
  const usedMfa = acr === MFA_ACR || (Array.isArray(amr) && amr.includes('mfa'))
  return {
    sub: found.accountId,
    mfaAt: usedMfa && typeof authTime === 'number' ? authTime : null,
    session: found.sessionUid ?? null,
  }
}

/** Contract §1: a live access token of an impersonator client, for no other audience, with `openid`. */
const isAcceptable = (token: AccessToken, settings: Settings): boolean =>
  token.isValid &&
  token.clientId !== undefined &&
  settings.impersonatorClients.includes(token.clientId) &&
  token.aud === undefined &&
  token.scopes.has('openid') &&
  !token.isSenderConstrained() &&
  // Nobody who is impersonated can impersonate: no chains (RFC 8693 §4.4 allows them, we do not).
  !isImpersonated(token)

/**
 * What the directory calls a single-page app must be one as a client, too: a token nobody can redeem,
 * or only somebody with a secret, helps nobody. Nor does a registration the library finds impossible.
 */
async function findPublicClient(provider: Provider, clientId: string): Promise<Client | undefined> {
  const client = await provider.Client.find(clientId).catch((error: unknown) => {
    if (error instanceof errors.InvalidClientMetadata) return undefined
    throw error
  })
  const isPublic = client?.clientAuthMethod === 'none' && client.grantTypeAllowed('refresh_token')
  return isPublic ? client : undefined
}

async function mint(provider: Provider, impersonation: Impersonation, app: App): Promise<string> {
  const client = await findPublicClient(provider, impersonation.app)
  // It was one a moment ago, when the rules were asked.
  if (client === undefined) throw new Denied('APP_NOT_ELIGIBLE')
  const { id, subject: accountId, scope } = impersonation
  const exp = impersonation.expiresAt / 1000
  const grant = Object.assign(new provider.Grant({ accountId, clientId: client.clientId }), {
    jti: id,
    exp,
  })
  grant.addOIDCScope(scope)
  for (const resource of app.resources) grant.addResourceScope(resource, scope)
  const grantId = await grant.save()
  const token = new provider.RefreshToken({
    client,
    accountId,
    scope,
    gty: GRANT_TYPE,
    rotations: 0,
  } as never)
  // One resource must be a string: the library refuses a list of one (`invalid_target`).
  const [resource, ...more] = app.resources
  Object.assign(token, { grantId, exp })
  if (resource !== undefined)
    Object.assign(token, { resource: more.length > 0 ? app.resources : resource })
  return token.save()
}
