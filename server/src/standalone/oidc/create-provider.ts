import type Koa from 'koa'
import type { Context } from 'koa'
import Provider from 'oidc-provider'
import type { Logger } from 'pino'
import { requestIdOf } from '../../index.ts'
import { accountPages } from '../account/routes.ts'
import { compareHashedSecrets } from './client-adapter.ts'
import { interactionAdapter } from '../interactions/interaction-adapter.ts'
import { noteForeignBrowser } from '../interactions/note-foreign-browser.ts'
import { interactionRoutes } from '../interactions/routes.ts'
import { loadKeys } from '../keys/key-ring.ts'
import { requestMetrics } from '../metrics/request-metrics.ts'
import { apiResourceOf } from '../open-parts.ts'
import type { Parts } from '../parts.ts'
import { providerConfiguration } from './provider-configuration.ts'
import { readAll } from '../read-all.ts'
import { accessLog } from '../web/access-log.ts'
import { canonicalHost } from '../web/canonical-host.ts'
import { emptyAnswers } from '../web/empty-answers.ts'
import { errorAnswers } from '../web/error-answers.ts'
import { limitRequests } from '../web/limit-requests.ts'
import { securityHeaders } from '../web/security-headers.ts'
import { smallRoutes } from '../web/small-routes.ts'
import { unreadBodies } from '../web/unread-bodies.ts'

/** The provider, which is also the Koa app: everything the issuer answers goes through it. */
export async function createProvider(parts: Parts): Promise<Provider> {
  const { storage, server, box, clock, log, impersonation } = parts
  const configuration = providerConfiguration({
    storage,
    issuer: server.issuer,
    jwks: await loadKeys(storage, box, clock),
    cookieKeys: box.derive('cookies'),
    scopes: await collectScopes(parts),
    apiResource: apiResourceOf(server.issuer),
    interactions: interactionAdapter(storage, server.issuer, noteForeignBrowser(parts)),
  })
  const provider = new Provider(server.issuer, impersonation.configure(configuration))
  provider.proxy = true
  provider.maxIpsCount = server.trustedProxies
  compareHashedSecrets(provider)
  provider.on('server_error', (ctx, error) => {
    log.error({ request_id: requestIdOf(ctx.req), err: error }, 'provider failed')
  })
  logAnswersThatFailed(provider, log)
  provider.use(accessLog(log))
  provider.use(requestMetrics(parts.metrics))
  provider.use(unreadBodies)
  provider.use(emptyAnswers)
  provider.use(errorAnswers(parts))
  provider.use(securityHeaders(server.issuer))
  provider.use(canonicalHost(server.issuer, server.trustedProxies))
  provider.use(smallRoutes(parts))
  provider.use(limitRequests(parts))
  const api = impersonation.routes(provider)
  provider.use(api)
  provider.use(interactionRoutes({ ...parts, provider }))
  provider.use(accountPages({ ...parts, provider }))
  return provider
}

/** oidc-provider knows its scopes from the start: those of every app there is then. */
async function collectScopes({ storage }: Parts): Promise<string[]> {
  const apps = await readAll((page) => storage.apps.list(page))
  const scopes = new Set(apps.flatMap((app) => app.scope.split(' ')))
  scopes.delete('')
  return [...scopes]
}

/** Somebody who hangs up half-way through an answer, or speaks no HTTP, is no failure of ours. */
function logAnswersThatFailed(app: Koa, log: Logger): void {
  app.on('error', (error: Error & { readonly code?: string }, ctx: Context | undefined) => {
    const { code = '' } = error
    const level =
      code === 'ERR_STREAM_PREMATURE_CLOSE' ? 'debug' : code.startsWith('HPE_') ? 'info' : 'error'
    const about = ctx === undefined ? {} : { request_id: requestIdOf(ctx.req) }
    log[level]({ ...about, err: error }, 'answer failed')
  })
}
