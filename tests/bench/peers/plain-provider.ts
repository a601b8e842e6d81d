import type { IncomingMessage } from 'node:http'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import type { ClientMetadata, Configuration } from 'oidc-provider'
import oidcPackage from 'oidc-provider/package.json' with { type: 'json' }
import { offer } from '../offer.ts'
import { jsonBody } from './json-body.ts'
import { MapAdapter } from './map-adapter.ts'

const LIFE_SECONDS = 1_800

const CLIENTS: ClientMetadata[] = [
  {
    client_id: 'spa',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['https://spa.example/callback'],
  },
  {
    client_id: 'service',
    client_secret: 'service-secret',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  },
]

async function configuration(): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return {
    adapter: MapAdapter,
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: CLIENTS,
    // the grant type refresh_token exists only beside offline_access
    scopes: ['openid', 'offline_access'],
    cookies: { keys: ['only-loopback'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
    },
    rotateRefreshToken: true,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    ttl: { AccessToken: 300, ClientCredentials: 600, IdToken: 300, Grant: LIFE_SECONDS },
  }
}

/** A start as cheap as this library can do it: no row, no audit event, nothing durable. */
async function mint(provider: Provider, request: IncomingMessage): Promise<object> {
  const { sub } = (await jsonBody(request)) as { sub: string }
  const client = await provider.Client.find('spa')
  if (client === undefined) throw new Error('no client')
  const grant = new provider.Grant({ accountId: sub, clientId: client.clientId })
  grant.addOIDCScope('openid')
  const refreshToken = new provider.RefreshToken({
    client,
    accountId: sub,
    grantId: await grant.save(),
    gty: 'authorization_code',
    scope: 'openid',
    rotations: 0,
    expiresIn: LIFE_SECONDS,
  })
  return { refresh_token: await refreshToken.save(), refresh_token_expires_in: LIFE_SECONDS }
}

await offer(async (origin) => {
  const provider = new Provider(origin, await configuration())
  provider.use(async (ctx, next) => {
    if (ctx.method === 'POST' && ctx.path === '/mint') ctx.body = await mint(provider, ctx.req)
    else await next()
  })
  provider.on('server_error', (_ctx, error) => console.error(error))
  return { handler: provider.callback(), version: oidcPackage.version, facts: {} }
})
