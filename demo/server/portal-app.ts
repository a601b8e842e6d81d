import Koa from 'koa'
import { readBuilt, serveBuilt } from './built-files.ts'
import type { DemoUrls } from './demo-urls.ts'
import { pageHeaders } from './page-headers.ts'

/** Where the app itself decides what is shown. */
const VIEWS = /^\/(?:callback|invoices|profile|orders\/ord_[0-9a-f]+)?$/

/** Acme Portal: one page for every view, and its files. */
export function createPortal(urls: DemoUrls): Koa {
  const files = readBuilt('portal')
  const page = files
    .get('/index.html')
    ?.body.toString()
    .replace('{issuer}', urls.issuer)
    .replace('{resource}', urls.resource)
  const app = new Koa()
  app.use(pageHeaders(urls))
  app.use(async (ctx, next) => {
    if (['GET', 'HEAD'].includes(ctx.method)) {
      await next()
      return
    }
    ctx.status = 405
    ctx.set('Allow', 'GET, HEAD')
  })
  app.use(serveBuilt(files))
  app.use((ctx) => {
    if (!VIEWS.test(ctx.path)) return
    ctx.type = 'html'
    ctx.body = page
  })
  return app
}
