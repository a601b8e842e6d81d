import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import helmet from 'helmet'
import type { Context, Middleware } from 'koa'

const nonces = new WeakMap<ServerResponse, string>()

/** What script and style of this one answer are recognised by. */
export function nonceOf(res: object): string {
  const known = nonces.get(res as ServerResponse)
  if (known !== undefined) return known
  const fresh = randomBytes(16).toString('base64')
  nonces.set(res as ServerResponse, fresh)
  return fresh
}

const byNonce = (_: unknown, res: object): string => `'nonce-${nonceOf(res)}'`

/**
 * Headers for every answer, errors included. Trusted Types are not required: the style sheets that
 * Mantine writes go through `innerHTML` of a `style` element, which they would forbid.
 */
export function securityHeaders(url: string, issuer: string): Middleware {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", byNonce],
        styleSrc: ["'self'", byNonce],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'", issuer],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: url.startsWith('https:') && { maxAge: 31_536_000 },
    xPermittedCrossDomainPolicies: false,
  })
  return async (ctx: Context, next) => {
    await new Promise<void>((resolve, reject) => {
      headers(ctx.req, ctx.res, (error?: unknown) => {
        if (error === undefined) resolve()
        else reject(error instanceof Error ? error : new Error('helmet failed', { cause: error }))
      })
    })
    await next()
  }
}
