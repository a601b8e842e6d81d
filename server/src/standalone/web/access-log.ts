import type { Middleware } from 'koa'
import type { Logger } from 'pino'
import { printable, requestIdOf } from '../../index.ts'

/** One line a request: never a query, a header or a body, any of which may hold a token. */
export const accessLog =
  (log: Logger): Middleware =>
  async (ctx, next) => {
    const began = performance.now()
    const requestId = requestIdOf(ctx.req)
    ctx.set('X-Request-Id', requestId)
    ctx.res.once('finish', () => {
      const ms = Math.round(performance.now() - began)
      const line = { request_id: requestId, method: ctx.method, path: printable(ctx.path) }
      log.info({ ...line, status: ctx.res.statusCode, ms }, 'request')
    })
    await next()
  }
