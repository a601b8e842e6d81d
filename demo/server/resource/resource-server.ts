import { createVerifier } from '@understudy/sdk/server'
import Koa from 'koa'
import type { DemoUrls } from '../demo-urls.ts'
import { answer, Problem } from './answer.ts'
import { allowOrigins } from './cross-origin.ts'
import { createRoutes } from './routes.ts'

export interface ResourceServerOptions {
  readonly urls: DemoUrls
  /** How it introspects tokens, asks for impersonations and reports what it saw. */
  readonly clientId: string
  readonly clientSecret: string
  /** Epoch milliseconds; default `Date.now`. */
  readonly clock?: () => number
}

export interface ResourceServer {
  readonly app: Koa
  /** Leaves the issuer's feed and sends the last reports. */
  close(): Promise<void>
}

/** Acme's own API, which knows who is really acting. */
export function createResourceServer(options: ResourceServerOptions): ResourceServer {
  const { urls, clientId, clientSecret, clock = Date.now } = options
  const verifier = createVerifier({
    issuer: urls.issuer,
    audience: urls.resource,
    // No other app's token is meant for this API: not the admin panel's either.
    clients: ['acme-portal', 'acme-billing'],
    clientId,
    clientSecret,
    realm: 'acme-orders',
    // An end is seen by the very next request, also before the feed tells of it.
    cacheSeconds: 0,
    clock,
  })
  const router = createRoutes(verifier, clock)
  const app = new Koa()
  app.use(answer)
  app.use(allowOrigins([urls.portal, urls.billing]))
  app.use(router.routes())
  app.use((ctx) => {
    const methods = router.match(ctx.path, ctx.method).path.flatMap((route) => route.methods)
    if (methods.length === 0) throw new Problem('NOT_FOUND')
    ctx.set('Allow', [...new Set(methods), 'OPTIONS'].join(', '))
    throw new Problem('METHOD_NOT_ALLOWED')
  })
  return { app, close: () => verifier.close() }
}
