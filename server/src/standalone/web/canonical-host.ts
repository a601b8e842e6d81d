import type { Middleware } from 'koa'
import { loopbackNames } from './loopback-names.ts'
import { refuse } from './refuse.ts'

/**
 * oidc-provider builds addresses from the Host header and the forwarded ones, so nobody but us may
 * choose them: a name that is not ours is answered 421 (RFC 9110 §15.5.20), as is what reached our
 * proxy in clear text; the loopback's other names become the issuer's. Wants `app.proxy` to be on.
 */
export function canonicalHost(issuer: string, trustedProxies: number): Middleware {
  const { host, hostname, port, protocol } = new URL(issuer)
  const suffix = port === '' ? '' : `:${port}`
  const names = loopbackNames.has(hostname) ? [...loopbackNames] : []
  const aliases = names.map((name) => name + suffix)
  const ours = new Set([host, ...aliases])
  return async (ctx, next) => {
    const inClear =
      trustedProxies > 0 && protocol === 'https:' && ctx.get('x-forwarded-proto') === 'http'
    const asked = [ctx.get('host'), hostInTarget(ctx.originalUrl) ?? host]
    // RFC 9112 §3.2: of two, a proxy may have believed the other one.
    if ((ctx.req.headersDistinct['host'] ?? []).length > 1) {
      refuse(ctx, 'HOST_INVALID')
      return
    }
    if (inClear || !asked.every((name) => ours.has(name.toLowerCase()))) {
      refuse(ctx, 'WRONG_HOST')
      return
    }
    const { headers } = ctx.req
    headers.host = host
    delete headers['x-forwarded-host']
    headers['x-forwarded-proto'] = protocol.slice(0, -1)
    if (trustedProxies === 0) delete headers['x-forwarded-for']
    ctx.url = ctx.url.replace(TARGET_HOST, '/')
    ctx.originalUrl = ctx.url
    ctx.request.originalUrl = ctx.url
    await next()
  }
}

/** A target may name a host itself (RFC 9112 §3.2.2), which Koa believes before any header. */
const TARGET_HOST = /^https?:\/\/[^/?#]*\/?/i

const hostInTarget = (target: string): string | undefined =>
  TARGET_HOST.test(target) ? (URL.parse(target)?.host ?? '') : undefined
