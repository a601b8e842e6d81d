import type { Context, Middleware } from 'koa'
import { homePage } from '../pages/home-page.ts'
import { outboxPage } from '../pages/outbox-page.ts'
import { passkeyScript } from '../pages/passkey-script.ts'
import { issuerCss } from '../pages/stylesheet.ts'
import type { Parts } from '../parts.ts'

/** Health, and what the pages need. */
export function smallRoutes({ storage, server }: Pick<Parts, 'storage' | 'server'>): Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      await next()
    } else if (ctx.path === '/healthz') {
      answerHealth(ctx, await succeeds(storage.ping()))
    } else if (ctx.path === '/readyz') {
      answerHealth(ctx, await succeeds(storage.probe()))
    } else if (ctx.path === '/') {
      ctx.set('Cache-Control', 'no-store')
      ctx.type = 'html'
      ctx.body = homePage(server.demo)
    } else if (ctx.path === '/outbox' && server.demo) {
      ctx.set('Cache-Control', 'no-store')
      ctx.type = 'html'
      ctx.body = outboxPage(await storage.mail.newest(50), server.issuer)
    } else if (ctx.path === '/assets/passkey.js') {
      ctx.set('Cache-Control', 'public, max-age=3600')
      ctx.type = 'js'
      ctx.body = passkeyScript
    } else if (ctx.path === '/assets/issuer.css') {
      ctx.set('Cache-Control', 'public, max-age=3600')
      ctx.type = 'css'
      ctx.body = issuerCss
    } else if (ctx.path === '/favicon.ico') {
      ctx.status = 204
    } else {
      await next()
    }
  }
}

function answerHealth(ctx: Context, up: boolean): void {
  ctx.status = up ? 200 : 503
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { status: up ? 'ok' : 'unavailable' }
}

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  )
