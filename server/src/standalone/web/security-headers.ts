import helmet from 'helmet'
import type { Context, Middleware } from 'koa'

/**
 * Headers for every page of the issuer. `form-action` is left out: browsers apply it to the
 * redirects after a login as well, and those lead to the apps.
 */
export function securityHeaders(issuer: string): Middleware {
  const isSecure = issuer.startsWith('https:')
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        // Nothing, but named: oidc-provider adds the hash of its self-submitting form here.
        scriptSrc: [],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
    // Apps on other origins read tokens and userinfo: CORS decides, not this header.
    crossOriginResourcePolicy: false,
  })
  return async (ctx, next) => {
    if (isForPrograms(ctx)) {
      ctx.set('X-Content-Type-Options', 'nosniff')
      if (isSecure) ctx.set('Strict-Transport-Security', HSTS)
      await next()
      return
    }
    await new Promise<void>((resolve, reject) => {
      headers(ctx.req, ctx.res, (error?: unknown) => {
        if (error === undefined) resolve()
        else reject(error instanceof Error ? error : new Error('helmet failed', { cause: error }))
      })
    })
    if (isSecure) ctx.set('Strict-Transport-Security', HSTS)
    await next()
  }
}

const HSTS = 'max-age=31536000; includeSubDomains'
const PROGRAM_PATHS = /^\/(?:api\/|token|me$|jwks$|\.well-known\/|openapi\.json$|healthz$)/

/** What a page may do concerns no program, and a dozen headers cost as much as a database read each. */
const isForPrograms = (ctx: Context): boolean =>
  PROGRAM_PATHS.test(ctx.path) && !ctx.get('accept').includes('text/html')
