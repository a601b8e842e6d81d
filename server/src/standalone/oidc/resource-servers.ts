import type { Client, Configuration } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { AppMetadata } from './client-adapter.ts'

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>

const OIDC_SCOPES = new Set(['openid', 'profile', 'email', 'offline_access'])

/**
 * Our own API is a resource server whose tokens are opaque, and for services only: what a service
 * asks for with client credentials is for it, unless it says otherwise. Other resource servers are
 * those an app was registered with, and get JWTs (RFC 9068).
 */
export function resourceIndicators(apiResource: string): ResourceIndicators {
  return {
    enabled: true,
    defaultResource: (ctx, _client, oneOf) => {
      if (oneOf !== undefined) return oneOf
      const isService = ctx.oidc.params?.['grant_type'] === 'client_credentials'
      return isService ? apiResource : undefined
    },
    getResourceServerInfo: (ctx, resource, client: Client) => {
      const app = client as unknown as AppMetadata & { readonly scope?: string }
      const isService = ctx.oidc.params?.['grant_type'] === 'client_credentials'
      if (resource === apiResource && isService) {
        return {
          scope: app.service_scope ?? '',
          audience: apiResource,
          accessTokenFormat: 'opaque',
          accessTokenTTL: 600,
        }
      }
      if (!app.resources?.includes(resource)) throw new errors.InvalidTarget()
      const scopes = (app.scope ?? '').split(' ').filter((scope) => !OIDC_SCOPES.has(scope))
      return {
        scope: scopes.join(' '),
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 300,
        jwt: { sign: { alg: 'ES256' } },
      }
    },
  }
}
