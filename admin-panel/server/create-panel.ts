import { join } from 'node:path'
import Router from '@koa/router'
import type { Middleware } from 'koa'
import Koa from 'koa'
import { checkAccessRules, defaultAccessRules } from './access-rules.ts'
import { answerError } from './answer-error.ts'
import { createCookies } from './cookies.ts'
import { Denied } from './denied.ts'
import { createIssuer } from './issuer.ts'
import type { PanelLog } from './log.ts'
import { silentLog } from './log.ts'
import { ownHost } from './own-host.ts'
import type { Parts } from './parts.ts'
import { requestIdOf } from './request-id.ts'
import { routes } from './routes/index.ts'
import { createS2s } from './s2s.ts'
import { createSeal } from './seal.ts'
import { securityHeaders } from './security-headers.ts'
import { serveRoute } from './serve-route.ts'
import { createServiceToken } from './service-token.ts'
import { createSessions } from './sessions.ts'
import type { PanelSettings } from './settings.ts'
import { beginSignIn, finishSignIn } from './sign-in.ts'
import { createSignIns } from './sign-ins.ts'
import { signOut } from './sign-out.ts'
import { createStaticFiles } from './static-files.ts'

/**
 * The panel's server, which holds the tokens that no browser may have (a backend for a frontend).
 *
 * @throws ConfigurationError naming what is wrong with the access rules
 */
export function createPanel(settings: PanelSettings): Koa {
  const parts = createParts(settings)
  const app = new Koa()
  app.proxy = (settings.trustedProxies ?? 0) > 0
  app.maxIpsCount = settings.trustedProxies ?? 0
  app.on('error', (error: Error) => {
    parts.log.warn({ err: error }, 'answer broke off')
  })
  app.use(accessLog(parts.log))
  app.use(securityHeaders(parts.url, parts.issuerUrl))
  app.use(errorAnswers(parts.log))
  app.use(ownHost(parts.url))
  app.use(ownRoutes(parts))
  app.use(pages(settings.staticDir ?? join(import.meta.dirname, '../dist')))
  return app
}

function createParts(settings: PanelSettings): Parts {
  const { clock = Date.now, log = silentLog, accessRules = defaultAccessRules } = settings
  checkAccessRules(accessRules)
  const issuerUrl = new URL(settings.issuer).origin
  const url = new URL(settings.url).origin
  const seal = createSeal()
  const issuer = createIssuer({ ...settings, issuer: issuerUrl, url })
  return {
    issuerUrl,
    url,
    clock,
    log,
    accessRules,
    cookies: createCookies(url),
    seal,
    sessions: createSessions(clock),
    signIns: createSignIns(seal, clock),
    issuer,
    s2s: createS2s(issuerUrl, createServiceToken(issuer, clock)),
  }
}

/** One line a request: never a query, a header or a body, any of which may hold a token. */
const accessLog =
  (log: PanelLog): Middleware =>
  async (ctx, next) => {
    const began = performance.now()
    const requestId = requestIdOf(ctx.req)
    ctx.set('X-Request-Id', requestId)
    ctx.res.once('finish', () => {
      const ms = Math.round(performance.now() - began)
      const line = { request_id: requestId, method: ctx.method, path: ctx.path.slice(0, 500) }
      log.info({ ...line, status: ctx.res.statusCode, ms }, 'panel request')
    })
    await next()
  }

const errorAnswers =
  (log: PanelLog): Middleware =>
  async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      answerError(ctx, error, log)
    }
  }

function ownRoutes(parts: Parts): Middleware {
  const router = new Router({ strict: true, sensitive: true })
  for (const route of routes)
    router[route.method](route.path, (ctx) => serveRoute(parts, ctx, route))
  router.get('/auth/login', (ctx) => beginSignIn(parts, ctx))
  router.get('/auth/callback', (ctx) => finishSignIn(parts, ctx))
  router.post('/auth/logout', (ctx) => signOut(parts, ctx))
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' }
  })
  const serve = router.routes() as unknown as Middleware
  return async (ctx, next) => {
    await serve(ctx, async () => {
      const methods = router.match(ctx.path, ctx.method).path.flatMap((layer) => layer.methods)
      if (methods.length > 0) {
        ctx.set('Allow', [...new Set(methods)].join(', '))
        throw new Denied('METHOD_NOT_ALLOWED')
      }
      if (/^\/(?:api|auth)(?:\/|$)/.test(ctx.path)) throw new Denied('NOT_FOUND')
      await next()
    })
  }
}

/** The app is at every address that is nothing else's. */
function pages(folder: string): Middleware {
  const serveFile = createStaticFiles(folder)
  return (ctx) => {
    if (!['GET', 'HEAD'].includes(ctx.method)) {
      ctx.set('Allow', 'GET, HEAD')
      throw new Denied('METHOD_NOT_ALLOWED')
    }
    if (!serveFile(ctx)) throw new Denied('NOT_FOUND')
  }
}
