import helmet from 'helmet'
import type { Middleware } from 'koa'
import type { DemoUrls } from './demo-urls.ts'

/**
 * Headers of the two apps. The address of a link holds a token: it must reach no other server, cache,
 * frame or script. The issuer is where signing in and out leads, and where tokens are renewed.
 */
export function pageHeaders({ issuer, resource }: DemoUrls): Middleware {
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'", issuer, resource],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
  })
  return async (ctx, next) => {
    await new Promise<void>((resolve) => {
      protect(ctx.req, ctx.res, () => {
        resolve()
      })
    })
    ctx.set('Cache-Control', 'no-store')
    await next()
  }
}
