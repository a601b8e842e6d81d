import helmet from 'helmet'
import type { Middleware } from 'koa'

/**
 * Headers for every answer of the issuer. `form-action` is left out: browsers apply it to the
 * redirects after a login as well, and those lead to the apps.
 */
export function securityHeaders(issuer: string): Middleware {
  const isSecure = issuer.startsWith('https:')
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: isSecure ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    // Apps on other origins read tokens and userinfo: CORS decides, not this header.
    crossOriginResourcePolicy: false,
  })
  return async (ctx, next) => {
    await new Promise<void>((resolve, reject) => {
      headers(ctx.req, ctx.res, (error?: unknown) => {
        if (error === undefined) resolve()
        else reject(error instanceof Error ? error : new Error('helmet failed', { cause: error }))
      })
    })
    await next()
  }
}
