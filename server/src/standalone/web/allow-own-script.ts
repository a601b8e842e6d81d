import type { Context } from 'koa'

const HEADER = 'Content-Security-Policy'

/** For pages that ask the browser for a passkey; every other page runs no script at all. */
export function allowOwnScript(ctx: Context): void {
  ctx.set(HEADER, ctx.response.get(HEADER).replace('script-src', "script-src 'self'"))
}
