import type { Middleware } from 'koa'

/** Only the two apps of the demo may call from a browser (Fetch standard, CORS protocol). */
export const allowOrigins =
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
    ctx.set('Access-Control-Allow-Methods', 'GET, POST, PATCH')
    ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type')
    ctx.set('Access-Control-Max-Age', '600')
  }
