import { randomUUID } from 'node:crypto'
import type { Middleware } from 'koa'

/** What this server says besides the guard's refusals, in the issuer's words: an app handles each once. */
const texts = {
  BODY_INVALID: [400, 'invalid_request', 'The request body is not valid.'],
  NOT_FOUND: [404, 'not_found', 'Not found.'],
  METHOD_NOT_ALLOWED: [405, 'invalid_request', 'The method is not allowed here.'],
  CONFLICT: [409, 'conflict', 'It is too late for that.'],
  BODY_TOO_LARGE: [413, 'invalid_request', 'The request body is too large.'],
  MEDIA_TYPE: [415, 'invalid_request', 'The request body must be application/json.'],
  INTERNAL: [500, 'server_error', 'Something went wrong on our side.'],
} as const

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: keyof typeof texts

  constructor(code: keyof typeof texts) {
    super(code)
    this.code = code
  }
}

/** Turns whatever was thrown into an answer; what is no problem of the caller's is our own mistake. */
export const answer: Middleware = async (ctx, next) => {
  const id = `req_${randomUUID().replaceAll('-', '')}`
  ctx.set({
    'X-Request-Id': id,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  try {
    await next()
  } catch (thrown) {
    if (!(thrown instanceof Problem))
      process.stderr.write(`demo resource server: ${String(thrown)}\n`)
    const code = thrown instanceof Problem ? thrown.code : 'INTERNAL'
    const [status, error, description] = texts[code]
    ctx.status = status
    ctx.body = { error, error_description: description, code, request_id: id }
  }
}
