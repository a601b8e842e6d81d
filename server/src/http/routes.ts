import type { Middleware } from 'koa'
import Router from '@koa/router'
import type { Settings } from '../impersonation/settings.ts'
import { Denied } from '../operations/denied.ts'
import type { Ports } from '../ports/ports.ts'
import { answerError, setCommonHeaders } from './answer.ts'
import { answerPreflight } from './cors.ts'
import type { Endpoint } from './endpoint.ts'
import { auditEndpoints } from './endpoints/audit.ts'
import { currentEndpoints } from './endpoints/current.ts'
import { directoryEndpoints } from './endpoints/directory.ts'
import { endedEndpoints } from './endpoints/ended.ts'
import { impersonationEndpoints } from './endpoints/impersonations.ts'
import { settingsEndpoints } from './endpoints/settings.ts'
import { startEndpoints } from './endpoints/start.ts'
import { statisticsEndpoints } from './endpoints/statistics.ts'
import { describeApi } from './openapi.ts'
import { serveEndpoint } from './serve-endpoint.ts'

export const PREFIX = '/api/v1'

/** Everything the API offers, in the order in which it is documented. */
export const endpointsFor = (settings: Settings): readonly Endpoint[] => [
  ...startEndpoints(settings),
  ...currentEndpoints,
  ...endedEndpoints,
  ...impersonationEndpoints,
  ...directoryEndpoints,
  ...settingsEndpoints,
  ...auditEndpoints,
  ...statisticsEndpoints,
]

/**
 * Answers everything below the prefix of the API, and passes on what is not.
 *
 * @param added endpoints of the host, after ours.
 */
export function apiRoutes(
  ports: Ports,
  issuer: () => string,
  added: readonly Endpoint[] = [],
): Middleware {
  // Exact paths: a variant that another layer reads differently must not reach a handler.
  const router = new Router({ prefix: PREFIX, strict: true, sensitive: true })
  const endpoints = [...endpointsFor(ports.settings), ...added]
  for (const route of endpoints) {
    router[route.method](route.path, (ctx) => serveEndpoint(ports, ctx, route))
    if (route.access === 'browser') {
      router.options(route.path, (ctx) => answerPreflight(ports, ctx, route.method.toUpperCase()))
    }
  }
  const description = (): object => (cached ??= describeApi(issuer(), endpoints, PREFIX))
  let cached: object | undefined
  const serve = router.routes() as unknown as Middleware
  return async (ctx, next) => {
    if (ctx.path === '/openapi.json' && ctx.method === 'GET') {
      ctx.body = description()
    } else if (ctx.path === PREFIX || ctx.path.startsWith(`${PREFIX}/`)) {
      await serve(ctx, () => refuseUnknown(ports, router, ctx))
    } else {
      await next()
    }
  }
}

/** No route of ours, or none for this method (RFC 9110 §15.5.6). */
async function refuseUnknown(
  ports: Ports,
  router: Router,
  ctx: Parameters<Middleware>[0],
): Promise<void> {
  setCommonHeaders(ctx)
  const methods = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods)
  if (methods.length > 0) ctx.set('Allow', [...new Set(methods)].join(', '))
  answerError(ports, ctx, new Denied(methods.length > 0 ? 'METHOD_NOT_ALLOWED' : 'NOT_FOUND'))
  await Promise.resolve()
}
