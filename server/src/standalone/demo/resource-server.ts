import type { Context, Middleware } from 'koa'
import Koa from 'koa'
import { requestIdOf } from '../../index.ts'
import type { Caller } from './caller.ts'
import { recogniseCaller } from './caller.ts'
import type { DemoUrls } from './demo-urls.ts'
import { createIssuerClient } from './issuer-client.ts'
import { readNewOrder } from './new-order.ts'
import type { Orders } from './orders.ts'
import { createOrders } from './orders.ts'
import { answerRefusal, Refusal } from './resource-refusal.ts'

export interface ResourceServerOptions {
  readonly urls: DemoUrls
  /** How it introspects tokens and asks for impersonations. */
  readonly clientId: string
  readonly clientSecret: string
  /** Epoch milliseconds; default `Date.now`. */
  readonly clock?: () => number
}

interface Route {
  /** What the token must have; `null` when any live token will do. */
  readonly scope: string | null
  readonly handle: (ctx: Context, caller: Caller) => void | Promise<void>
}

type Routes = Readonly<Record<string, Readonly<Record<string, Route>>>>

/**
 * Acme's own API, as a resource server that knows who is really acting: it takes opaque and JWT
 * access tokens, refuses writes in read-only mode, and hears of an end within five seconds.
 */
export function createResourceServer(options: ResourceServerOptions): Koa {
  const { urls, clock = Date.now } = options
  const issuer = createIssuerClient({ ...options, ...urls, clock })
  const routes = routesOf(createOrders(clock))
  const app = new Koa()
  app.use(answer)
  app.use(allowOrigins([urls.portal, urls.billing]))
  app.use(async (ctx) => {
    const route = findRoute(routes, ctx)
    const caller = await recogniseCaller(issuer, ctx.get('authorization'))
    authorise(route, caller, ctx.method)
    await route.handle(ctx, caller)
  })
  return app
}

function routesOf(orders: Orders): Routes {
  return {
    '/orders': {
      GET: {
        scope: 'orders:read',
        handle(ctx, caller) {
          ctx.body = { ...actingIn(caller), items: orders.list(caller.sub), next_cursor: null }
        },
      },
      POST: {
        scope: 'orders:write',
        async handle(ctx, caller) {
          const order = orders.add(caller, await readNewOrder(ctx))
          ctx.status = 201
          ctx.body = order
        },
      },
    },
    '/profile': {
      GET: {
        scope: null,
        handle(ctx, caller) {
          const { clientId, scopes } = caller
          ctx.body = { ...actingIn(caller), client_id: clientId, scope: [...scopes].join(' ') }
        },
      },
    },
  }
}

/** Whose data it is and who is looking at it, for the app and for everybody's logs. */
const actingIn = ({ sub, act, impersonationId, impersonationMode }: Caller): object => ({
  sub,
  act,
  impersonation_id: impersonationId,
  impersonation_mode: impersonationMode,
})

function findRoute(routes: Routes, ctx: Context): Route {
  const methods = Object.hasOwn(routes, ctx.path) ? routes[ctx.path] : undefined
  if (methods === undefined) throw new Refusal('NOT_FOUND')
  const method = ctx.method === 'HEAD' ? 'GET' : ctx.method
  const route = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (route !== undefined) return route
  throw new Refusal('METHOD_NOT_ALLOWED', ['HEAD', ...Object.keys(methods), 'OPTIONS'].join(', '))
}

/** Safe methods (RFC 9110 §9.2.1) change nothing. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

function authorise({ scope }: Route, caller: Caller, method: string): void {
  // Before the scope, which a read-only token lacks: the app must hear the reason it can explain.
  const mayWrite = caller.act === null || caller.impersonationMode === 'full'
  if (!mayWrite && !SAFE.has(method)) throw new Refusal('IMPERSONATION_READ_ONLY')
  if (scope !== null && !caller.scopes.has(scope)) throw new Refusal('S2S_SCOPE', scope)
}

const answer: Middleware = async (ctx, next) => {
  ctx.set('X-Request-Id', requestIdOf(ctx.req))
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Content-Type-Options', 'nosniff')
  try {
    await next()
  } catch (thrown) {
    answerRefusal(ctx, thrown)
    report(thrown)
  }
}

function report(thrown: unknown): void {
  if (thrown instanceof Refusal && thrown.cause === undefined) return
  const cause = thrown instanceof Refusal ? thrown.cause : thrown
  process.stderr.write(`demo resource server: ${String(cause)}\n`)
}

/** Only the two apps of the demo may call from a browser (Fetch standard, CORS protocol). */
const allowOrigins =
  (origins: readonly string[]): Middleware =>
  async (ctx, next) => {
    ctx.vary('Origin')
    const origin = ctx.get('origin')
    if (origins.includes(origin)) {
      ctx.set('Access-Control-Allow-Origin', origin)
      ctx.set('Access-Control-Expose-Headers', 'WWW-Authenticate, X-Request-Id, Retry-After')
    }
    if (ctx.method !== 'OPTIONS') {
      await next()
      return
    }
    ctx.status = 204
    // They say nothing to an origin that was not allowed above.
    ctx.set('Access-Control-Allow-Methods', 'GET, POST')
    ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type')
    ctx.set('Access-Control-Max-Age', '600')
  }
