import type { Context } from 'koa'
import { Denied } from '../operations/denied.ts'
import type { Ports } from '../ports/ports.ts'

const originsOf = (redirectUris: readonly string[]): (string | undefined)[] =>
  redirectUris.map((uri) => URL.parse(uri)?.origin)

/**
 * A preflight carries no token, so every origin of an enabled SPA is let through; the request itself
 * must come from the app its token was issued to.
 */
export async function answerPreflight(ports: Ports, ctx: Context, method: string): Promise<void> {
  ctx.vary('Origin')
  ctx.status = 204
  const origin = ctx.get('origin')
  if (!(await ports.directory.hasAppAt(origin))) return
  ctx.set('Access-Control-Allow-Origin', origin)
  ctx.set('Access-Control-Allow-Methods', method)
  ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type')
  ctx.set('Access-Control-Max-Age', '600')
}

/** @throws Denied S2S_TOKEN_INVALID when the page that asks is not of the app the token is for */
export async function allowOrigin(ports: Ports, ctx: Context, token: string | null): Promise<void> {
  const origin = ctx.get('origin')
  if (origin === '') return
  ctx.vary('Origin')
  const bearer = token === null ? undefined : await ports.tokens.findBearer(token)
  if (bearer?.kind === 'impersonation') {
    const app = await ports.directory.findApp(bearer.app)
    if (!originsOf(app?.redirectUris ?? []).includes(origin)) throw new Denied('S2S_TOKEN_INVALID')
  } else if (!(await ports.directory.hasAppAt(origin))) {
    return
  }
  ctx.set('Access-Control-Allow-Origin', origin)
  ctx.set('Access-Control-Expose-Headers', 'WWW-Authenticate, X-Request-Id, Retry-After')
}
