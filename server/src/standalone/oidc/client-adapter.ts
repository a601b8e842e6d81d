import { hash, timingSafeEqual } from 'node:crypto'
import type Provider from 'oidc-provider'
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import type { RegisteredApp, Storage } from '../../index.ts'
import { sessionAdapter } from '../account/signed-out.ts'

/** The provider's models live in our database, and its clients are our apps. */
export const createAdapter =
  (storage: Storage, scopes: ReadonlySet<string>, interactions: Adapter): AdapterFactory =>
  (model) => {
    if (model === 'Client') return clientAdapter(storage, scopes)
    if (model === 'Interaction') return interactions
    return model === 'Session' ? sessionAdapter(storage) : storage.models(model)
  }

/** Apps are managed as apps; the provider only reads them. A disabled one is none. */
function clientAdapter(storage: Storage, scopes: ReadonlySet<string>): Adapter {
  const refuse = (): Promise<never> => Promise.reject(new Error('clients are managed as apps'))
  // An app that was changed is another object.
  const known = new WeakMap<RegisteredApp, AdapterPayload>()
  return {
    async find(clientId) {
      const app = await storage.apps.find(clientId)
      if (!app?.enabled) return undefined
      const metadata = known.get(app) ?? toMetadata(app, scopes)
      known.set(app, metadata)
      return metadata
    },
    upsert: refuse,
    destroy: refuse,
    consume: refuse,
    findByUid: refuse,
    findByUserCode: refuse,
    revokeByGrantId: refuse,
  }
}

function toMetadata(app: RegisteredApp, scopes: ReadonlySet<string>): AdapterPayload {
  const known = app.scope.split(' ').filter((scope) => scopes.has(scope))
  const mayAuthorize = app.grantTypes.includes('authorization_code')
  return {
    client_id: app.clientId,
    client_name: app.name,
    redirect_uris: [...app.redirectUris],
    post_logout_redirect_uris: [...app.postLogoutRedirectUris],
    grant_types: [...app.grantTypes],
    response_types: mayAuthorize ? ['code'] : [],
    // The library refuses a client with a scope it was not started with; a restart makes it known.
    ...(known.length > 0 && { scope: known.join(' ') }),
    token_endpoint_auth_method: app.secretHash === null ? 'none' : 'client_secret_basic',
    ...(app.secretHash !== null && { client_secret: app.secretHash }),
    id_token_signed_response_alg: app.idTokenAlg,
    service_scope: app.serviceScope,
    resources: [...app.resources],
    introspects_all: app.introspectsAll,
  } as AdapterPayload
}

/** What an app's registration adds to a client's standard metadata. */
export interface AppMetadata {
  readonly service_scope?: string
  readonly resources?: readonly string[]
  readonly introspects_all?: boolean
}

export const appMetadataNames: string[] = ['service_scope', 'resources', 'introspects_all']

export const hashSecret = (secret: string): string => hash('sha256', secret, 'base64url')

/** Client secrets are long and random, so a plain hash keeps them; the library compares in clear. */
export function compareHashedSecrets(provider: Provider): void {
  const { prototype } = provider.Client as unknown as { prototype: object }
  Object.assign(prototype, {
    compareClientSecret(this: { clientSecret: string }, actual: string): boolean {
      const given = Buffer.from(hashSecret(actual))
      const stored = Buffer.from(this.clientSecret)
      return given.length === stored.length && timingSafeEqual(given, stored)
    },
  })
}
