import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Middleware } from 'koa'
import Koa from 'koa'
import type { DemoUrls } from './demo-urls.ts'

/** Which app of the demo, what it is called as a client, and which folder holds its page. */
export interface SinglePageApp {
  readonly folder: 'portal' | 'billing'
  readonly clientId: string
}

const TYPES = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
} as const

interface StaticFile {
  readonly type: string
  readonly body: Buffer
}

/** A small server for one of the demo's apps: a page, its script and style, and nothing that thinks. */
export function createSinglePageApp(app: SinglePageApp, urls: DemoUrls): Koa {
  const files = readFiles(app.folder)
  const config = { clientId: app.clientId, issuer: urls.issuer, resource: urls.resource }
  const server = new Koa()
  server.use(protect(urls))
  server.use((ctx) => {
    if (!['GET', 'HEAD'].includes(ctx.method)) {
      ctx.set('Allow', 'GET, HEAD')
      ctx.status = 405
      return
    }
    if (ctx.path === '/config.json') {
      ctx.body = config
      return
    }
    const file = files.get(ctx.path)
    if (file === undefined) return
    ctx.type = file.type
    ctx.body = file.body
  })
  return server
}

/** Read once: what is served cannot be anything but these. */
function readFiles(folder: SinglePageApp['folder']): ReadonlyMap<string, StaticFile> {
  const file = (path: string): StaticFile => ({
    type: TYPES[path.slice(path.lastIndexOf('.') + 1) as keyof typeof TYPES],
    body: readFileSync(join(import.meta.dirname, 'pages', path)),
  })
  const page = file(`${folder}/index.html`)
  return new Map([
    ['/', page],
    ['/callback', page],
    ['/app.js', file(`${folder}/app.js`)],
    ['/style.css', file(`${folder}/style.css`)],
    ['/icon.svg', file(`${folder}/icon.svg`)],
    ['/impersonation.js', file('shared/impersonation.js')],
    ['/banner.js', file('shared/banner.js')],
    ['/shop.js', file('shared/shop.js')],
    ['/shop.css', file('shared/shop.css')],
  ])
}

/** The callback's address holds a token: it must reach no other server, cache, frame or script. */
function protect({ issuer, resource }: DemoUrls): Middleware {
  const policy = [
    "default-src 'self'",
    `connect-src 'self' ${issuer} ${resource}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
  return async (ctx, next) => {
    ctx.set('Content-Security-Policy', policy)
    ctx.set('Referrer-Policy', 'no-referrer')
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.set('Cross-Origin-Opener-Policy', 'same-origin')
    ctx.set('Cross-Origin-Resource-Policy', 'same-origin')
    ctx.set('Cache-Control', 'no-store')
    await next()
  }
}
