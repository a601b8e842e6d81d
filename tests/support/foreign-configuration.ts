import { generateKeyPairSync } from 'node:crypto'
import type { Account, AdapterConstructor, ClientMetadata, Configuration, JWK } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { serviceScopes } from 'understudy'
import type { PlainDirectory } from './plain-directory.ts'
import { account, app, plainDirectory } from './plain-directory.ts'

export const RESOURCE = {
  /** Our API, as this host names it. */
  api: 'urn:foreign:impersonation-api',
  /** A resource server of the host that takes JWT access tokens. */
  orders: 'https://orders.foreign.test',
} as const

export const foreignDirectory = (): PlainDirectory =>
  plainDirectory(
    [
      account('boss', { roles: ['boss'] }),
      account('boss2', { roles: ['boss'] }),
      account('clerk', { roles: ['clerk'] }),
      account('customer', { organization: { id: 'org_1', name: 'First' } }),
      account('neighbour', { organization: { id: 'org_1', name: 'First' } }),
    ],
    [
      app('spa', {
        redirectUris: ['https://spa.foreign.test/callback', 'https://spa.foreign.test/cb?from=x'],
        resources: [RESOURCE.orders],
      }),
      app('admin-panel', { type: 'web' }),
      app('backend', { type: 's2s', redirectUris: [] }),
    ],
  )

const clients: ClientMetadata[] = [
  {
    client_id: 'spa',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['https://spa.foreign.test/callback', 'https://spa.foreign.test/cb?from=x'],
  },
  {
    client_id: 'admin-panel',
    client_secret: 'admin-panel-secret',
    grant_types: ['authorization_code'],
    redirect_uris: ['https://panel.foreign.test/callback'],
  },
  {
    client_id: 'backend',
    client_secret: 'backend-secret',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  },
]

const key = (): JWK => ({
  ...(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'jwk',
  }) as JWK),
  alg: 'ES256',
  use: 'sig',
})

/** An account object as hosts write them: a class, with everything on its prototype. */
class HostAccount implements Account {
  readonly [member: string]: unknown
  readonly #sub: string
  readonly #name: string

  constructor(sub: string, name: string) {
    this.#sub = sub
    this.#name = name
  }

  get accountId(): string {
    return this.#sub
  }

  async claims(): Promise<{ sub: string; name: string }> {
    return { sub: this.#sub, name: this.#name }
  }
}

/**
 * A host's own configuration. Its lifetimes, its rotation and its revocation policy would each break
 * a promise of ours if they were asked about impersonations.
 */
export const foreignConfiguration = (
  directory: PlainDirectory,
  adapter: AdapterConstructor | undefined,
): Configuration => ({
  ...(adapter && { adapter }),
  clients,
  jwks: { keys: [key()] },
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  cookies: { keys: ['of the host'] },
  scopes: ['openid', 'offline_access', 'profile', 'orders:read', 'orders:write'],
  claims: { openid: ['sub'], profile: ['name'] },
  extraTokenClaims: () => ({ tenant: 'foreign' }),
  ttl: {
    AccessToken: 7200,
    IdToken: 7200,
    RefreshToken: 30 * 24 * 3600,
    ClientCredentials: 600,
    Grant: 3600,
    Interaction: 600,
    Session: 3600,
  },
  rotateRefreshToken: false,
  revokeGrantPolicy: () => false,
  responseTypes: ['code'],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, client) => (client.clientId === 'backend' ? RESOURCE.api : ''),
      getResourceServerInfo: (_ctx, resource, client) => {
        if (resource === RESOURCE.api && client.clientId === 'backend') {
          return { scope: serviceScopes.join(' '), accessTokenFormat: 'opaque' }
        }
        if (resource !== RESOURCE.orders) throw new errors.InvalidTarget()
        return { scope: 'orders:read orders:write', accessTokenFormat: 'jwt' }
      },
    },
  },
  async findAccount(_ctx, sub) {
    const found = directory.accounts.get(sub)
    return found && new HostAccount(found.sub, found.name)
  },
  /** Everybody has consented to everything: consents are not what this host is about. */
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({
      accountId: oidc.session?.accountId ?? '',
      clientId: oidc.client?.clientId ?? '',
    })
    grant.addOIDCScope('openid profile orders:read orders:write offline_access')
    await grant.save()
    return grant
  },
})
