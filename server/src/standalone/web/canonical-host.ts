import type { Middleware } from 'koa'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * oidc-provider builds addresses from the Host header, so nobody but us may choose it: a name that is
 * not ours is answered 421 (RFC 9110 §15.5.20), and the loopback's other names become the issuer's.
 * So is what reached a trusted proxy in clear text: tokens and secrets do not travel that way.
 */
export function canonicalHost(issuer: string): Middleware {
  const { host, hostname, port, protocol } = new URL(issuer)
  const suffix = port === '' ? '' : `:${port}`
  const aliases = LOOPBACK.includes(hostname) ? LOOPBACK.map((name) => name + suffix) : []
  const ours = new Set([host, ...aliases])
  return async (ctx, next) => {
    const inClear = protocol === 'https:' && ctx.app.proxy && !ctx.secure
    if (inClear || !ours.has(ctx.get('host').toLowerCase())) {
      ctx.status = 421
      ctx.body = { error: 'invalid_request', error_description: 'This server has another name.' }
      return
    }
    ctx.req.headers.host = host
    delete ctx.req.headers['x-forwarded-host']
    await next()
  }
}
