import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'

const WORTH_READING = 64 * 1024

/**
 * Node reads what is left of a body after the answer, however long, to use the connection again. A
 * body that is longer than any of ours is not worth that: the connection ends with the answer.
 */
export const unreadBodies: Middleware = async (ctx, next) => {
  await next()
  if (!ctx.req.complete && mayBeLong(ctx.req)) ctx.set('Connection', 'close')
}

const mayBeLong = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > WORTH_READING
