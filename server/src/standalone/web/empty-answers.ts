import type { Middleware } from 'koa'

/**
 * Koa calls an empty body plain text. Clients in browsers check the type before they see that nothing
 * follows, and take a revocation (RFC 7009 §2.2) for a failure.
 */
export const emptyAnswers: Middleware = async (ctx, next) => {
  await next()
  if (ctx.body === '') ctx.remove('Content-Type')
}
