import type { JWK } from 'jose'
import type { Account, Adapter, Configuration, FindAccount } from 'oidc-provider'
import type { Storage } from '../../index.ts'
import { MFA_ACR } from '../../index.ts'
import { accountClient } from '../account/account-client.ts'
import { appMetadataNames, createAdapter } from './client-adapter.ts'
import { interactionPolicy } from './interaction-policy.ts'
import { loadExistingGrant } from './existing-grant.ts'
import { logoutSource, postLogoutSuccessSource, renderError } from './provider-pages.ts'
import { limitParameters } from '../web/limit-requests.ts'
import { resourceIndicators } from './resource-servers.ts'

const DAY = 24 * 3600

/** In seconds. */
const LIFETIMES: NonNullable<Configuration['ttl']> = {
  AccessToken: (_, token) => token.resourceServer?.accessTokenTTL ?? 600,
  ClientCredentials: 600,
  AuthorizationCode: 60,
  IdToken: 3600,
  Interaction: 3600,
  Session: 8 * 3600,
  Grant: 14 * DAY,
}

export interface ConfigurationParts {
  readonly storage: Storage
  readonly issuer: string
  readonly jwks: readonly JWK[]
  readonly cookieKeys: readonly string[]
  /** Every scope an app may have. */
  readonly scopes: readonly string[]
  /** The resource indicator of our own API, for services' tokens. */
  readonly apiResource: string
  /** Where the requests are kept that wait for their user. */
  readonly interactions: Adapter
}

/** How the ready-made server uses oidc-provider; the extension adds impersonation to it. */
export function providerConfiguration(parts: ConfigurationParts): Configuration {
  const { storage, issuer } = parts
  const scopes = new Set(['openid', 'offline_access', ...parts.scopes])
  return {
    adapter: createAdapter(storage, scopes, parts.interactions),
    acrValues: [MFA_ACR],
    // How somebody signed in is for every app that asks who signed in, not only on request.
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time'],
      profile: ['name'],
      email: ['email'],
    },
    scopes: [...scopes],
    clientAuthMethods: ['none', 'client_secret_basic', 'private_key_jwt'],
    clientBasedCORS: (_, origin, client) =>
      client.clientAuthMethod === 'none' &&
      (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    clients: [accountClient(issuer)],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: cookies(issuer, parts.cookieKeys),
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256'] },
    // Our own check of all of them; the library offers no other place for one.
    extraParams: { state: limitParameters },
    extraClientMetadata: { properties: appMetadataNames },
    features: features(parts),
    findAccount: (_, sub, token) => findAccount(storage, sub, token),
    interactions: { policy: interactionPolicy(), url: (_, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    jwks: { keys: [...parts.jwks] },
    loadExistingGrant: (ctx) => loadExistingGrant(storage, ctx),
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: (_, client) => client.clientAuthMethod === 'none' },
    renderError,
    responseTypes: ['code'],
    ttl: LIFETIMES,
  }
}

async function findAccount(
  storage: Storage,
  sub: string,
  token: Parameters<FindAccount>[2],
): Promise<Account | undefined> {
  const account = await storage.accounts.find(sub)
  if (account?.status !== 'active') return undefined
  const app = token?.clientId
  // One that was given in a login long over is known to no session: withdrawing must end it, too.
  if (token?.kind === 'RefreshToken' && app !== undefined && (await isWithdrawn(storage, sub, app)))
    return undefined
  const { email, name } = account
  return { accountId: sub, claims: () => ({ sub, email, name }) }
}

async function isWithdrawn(storage: Storage, sub: string, clientId: string): Promise<boolean> {
  const [app, consent] = await Promise.all([
    storage.apps.find(clientId),
    storage.consents.find(sub, clientId),
  ])
  return app?.requireConsent === true && consent?.revokedAt !== null
}

function features(parts: ConfigurationParts): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: {
      enabled: true,
      // A service sees its own tokens; a resource server that may see all says so as an app.
      allowedPolicy: (_, client, token) =>
        client['introspects_all'] === true || token.clientId === client.clientId,
    },
    revocation: {
      enabled: true,
      allowedPolicy: (_, client, token) => token.clientId === client.clientId,
    },
    resourceIndicators: resourceIndicators(parts.apiResource),
    rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
  }
}

/** Every port of localhost shares one cookie jar, and a prefix is only kept over https. */
function cookies(issuer: string, keys: readonly string[]): NonNullable<Configuration['cookies']> {
  const secure = issuer.startsWith('https:')
  const shared = { httpOnly: true, sameSite: 'lax', signed: true, secure } as const
  return {
    keys: [...keys],
    names: {
      session: secure ? '__Host-understudy_session' : 'understudy_session',
      interaction: secure ? '__Secure-understudy_interaction' : 'understudy_interaction',
      resume: secure ? '__Secure-understudy_resume' : 'understudy_resume',
    },
    long: { ...shared, path: '/' },
    short: shared,
  }
}
