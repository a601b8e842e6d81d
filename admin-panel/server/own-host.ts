import type { Middleware } from 'koa'
import { Denied } from './denied.ts'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Answers under the panel's own name only, so that no other name can be pointed at it (DNS
 * rebinding). Whoever types another name of the loopback is sent to the right one: cookies and the
 * issuer's way back are for that.
 */
export function ownHost(url: string): Middleware {
  const { host, hostname, port } = new URL(url)
  const suffix = port === '' ? '' : `:${port}`
  const aliases = LOOPBACK.includes(hostname) ? LOOPBACK.map((name) => name + suffix) : []
  return async (ctx, next) => {
    const named = ctx.get('host').toLowerCase()
    if (named === host) {
      await next()
      return
    }
    if (!aliases.includes(named) || ctx.method !== 'GET') throw new Denied('WRONG_HOST')
    ctx.set('Location', url + ctx.path + ctx.search)
    ctx.status = 307
    ctx.body = ''
  }
}
