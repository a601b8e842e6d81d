import type { ClientMetadata } from 'oidc-provider'
import type { RegisteredApp, Storage } from '../../index.ts'

/** The issuer's own pages, as an app of the issuer. No app can be registered by such a name. */
export const ACCOUNT_CLIENT = 'urn:understudy:account'

/**
 * Whoever opens the account page signs in as for any app; what counts afterwards is the login session
 * in the browser. The authorization code that comes back is thrown away: nobody knows its verifier.
 */
export const accountClient = (issuer: string): ClientMetadata => ({
  client_id: ACCOUNT_CLIENT,
  client_name: 'Your account',
  redirect_uris: [callbackOf(issuer)],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scope: 'openid',
  token_endpoint_auth_method: 'none',
})

export const callbackOf = (issuer: string): string => `${issuer}/account/callback`

const asApp = (issuer: string): RegisteredApp => ({
  clientId: ACCOUNT_CLIENT,
  name: 'Your account',
  type: 'web',
  enabled: true,
  requireConsent: false,
  redirectUris: [callbackOf(issuer)],
  postLogoutRedirectUris: [],
  scope: 'openid',
  serviceScope: '',
  writeScopes: [],
  resources: [],
  secretHash: null,
  grantTypes: ['authorization_code'],
  idTokenAlg: 'ES256',
  introspectsAll: false,
})

/** The app behind an authorization request: a registered one, or the issuer's own pages. */
export async function findClientApp(
  { apps }: Pick<Storage, 'apps'>,
  issuer: string,
  clientId: string,
): Promise<RegisteredApp | undefined> {
  return clientId === ACCOUNT_CLIENT ? asApp(issuer) : apps.find(clientId)
}
