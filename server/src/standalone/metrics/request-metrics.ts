import type { Context, Middleware } from 'koa'
import type { Metrics } from './metrics.ts'

/** Pages, which have no route with a name. */
const PAGES = [
  'interaction',
  'account',
  'consent-requests',
  'assets',
  'healthz',
  'readyz',
  'outbox',
]

/** Counts each answer under the name of its route: a path may hold an id. */
export const requestMetrics =
  (metrics: Metrics): Middleware =>
  async (ctx, next) => {
    const began = performance.now()
    ctx.res.once('finish', () => {
      const { method } = ctx
      const request = { route: routeOf(ctx), method, status: ctx.res.statusCode }
      metrics.countRequest(request, (performance.now() - began) / 1000)
    })
    await next()
  }

function routeOf(ctx: Context): string {
  const { oidc, _matchedRoute: matched } = ctx as Context & {
    readonly oidc?: { readonly route?: string }
    readonly _matchedRoute?: unknown
  }
  if (oidc?.route !== undefined) return oidc.route
  if (typeof matched === 'string') return matched
  const [, first = ''] = ctx.path.split('/')
  return PAGES.includes(first) ? first : 'other'
}
