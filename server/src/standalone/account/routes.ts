import Router from '@koa/router'
import type { Middleware } from 'koa'
import { CursorInvalid } from '../../index.ts'
import { consentRequestRoutes } from '../consent-requests/answer-consent-request.ts'
import { errorPage } from '../pages/error-page.ts'
import type { ProviderParts } from '../parts.ts'
import { accountRoutes, backTo } from './account-router.ts'
import { showHistory } from './history.ts'
import { submitEnd, submitSignOut, submitWithdraw } from './overview-forms.ts'
import { showOverview } from './overview.ts'
import { securityRoutes } from './security-routes.ts'
import { isReturn } from './signed-in.ts'

/** What somebody sees and decides about their own account. By cookie only; see findSignedIn. */
export function accountPages(parts: ProviderParts): Middleware {
  const router = new Router({ strict: true, sensitive: true })
  router.use((ctx, next) => {
    ctx.set('Cache-Control', 'no-store')
    return next()
  })
  addReturn(router)
  const { page, action } = accountRoutes(parts, router)
  page('/account', (ctx, signedIn) => showOverview(parts, ctx, signedIn))
  page('/account/history', async (ctx, signedIn) => {
    try {
      await showHistory(parts, ctx, signedIn)
    } catch (error) {
      if (!(error instanceof CursorInvalid)) throw error
      backTo(ctx, '/account/history')
    }
  })
  const at = (path: string, submit: typeof submitEnd): void =>
    action(path, '/account', (ctx, signedIn, form) => submit(parts, ctx, signedIn, form))
  at('/account/impersonations/end', submitEnd)
  at('/account/apps/withdraw', submitWithdraw)
  at('/account/sessions/end', submitSignOut)
  securityRoutes(parts, router)
  consentRequestRoutes(parts, router)
  const serve = router.routes() as unknown as Middleware
  return async (ctx, next) => {
    await (/^\/(?:account|consent-requests)(?:\/|$)/.test(ctx.path) ? serve(ctx, next) : next())
  }
}

/** Where the login comes back to. The code it brings is nobody's; see accountClient. */
function addReturn(router: Router): void {
  router.get('/account/callback', (ctx) => {
    const { state, error } = ctx.query
    if (error === undefined) {
      backTo(ctx, typeof state === 'string' && isReturn(state) ? state : '/account')
      return
    }
    ctx.status = 400
    ctx.type = 'html'
    const message = 'You are not signed in. Open your account again to try once more.'
    ctx.body = errorPage({ title: 'Sign-in was cancelled', message })
  })
}
