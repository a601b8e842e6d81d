import Router from '@koa/router'
import Koa from 'koa'
import { readBuilt, serveBuilt } from '../built-files.ts'
import type { DemoUrls } from '../demo-urls.ts'
import { pageHeaders } from '../page-headers.ts'
import { createForms } from './forms.ts'
import { addressPage, endedPage, invoicesPage } from './pages.ts'

/** Acme Billing: pages from the server, with the customer's data filled in by a script. */
export function createBilling(urls: DemoUrls): Koa {
  const files = readBuilt('billing')
  const app = new Koa()
  const router = new Router()
  router.get(['/', '/callback'], (ctx) => {
    ctx.body = invoicesPage(urls, ctx.query['done'] === 'paid')
  })
  router.get('/address', (ctx) => {
    ctx.body = addressPage(urls, ctx.query['done'] === 'saved')
  })
  router.get('/ended', (ctx) => {
    ctx.body = endedPage(urls, String(ctx.query['cause']))
  })
  const forms = createForms(urls)
  app.use(pageHeaders(urls))
  app.use(serveBuilt(files))
  app.use(router.routes()).use(router.allowedMethods())
  app.use(forms.routes()).use(forms.allowedMethods())
  return app
}
