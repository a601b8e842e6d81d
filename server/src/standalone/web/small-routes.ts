import type { Middleware } from 'koa'
import type { Storage } from '../../index.ts'
import { homePage } from '../pages/home-page.ts'
import { issuerCss } from '../pages/stylesheet.ts'

/** Health, and what the pages need. */
export function smallRoutes(storage: Storage): Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      await next()
    } else if (ctx.path === '/healthz') {
      const up = await storage.ping().then(
        () => true,
        () => false,
      )
      ctx.status = up ? 200 : 503
      ctx.set('Cache-Control', 'no-store')
      ctx.body = { status: up ? 'ok' : 'unavailable' }
    } else if (ctx.path === '/') {
      ctx.set('Cache-Control', 'no-store')
      ctx.type = 'html'
      ctx.body = homePage()
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
