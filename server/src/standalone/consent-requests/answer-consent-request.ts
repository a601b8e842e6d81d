import type Router from '@koa/router'
import type { Context } from 'koa'
import type { ConsentRequest } from '../../index.ts'
import { originOf } from '../../index.ts'
import { accountRoutes, backTo } from '../account/account-router.ts'
import type { SignedIn } from '../account/signed-in.ts'
import { consentRequestPage } from '../pages/consent-request-page.ts'
import { errorPage } from '../pages/error-page.ts'
import type { ProviderParts } from '../parts.ts'
import { csrfToken } from '../web/form.ts'
import { accept, decline, scopeFor } from './decide-consent-request.ts'

/** Where a customer answers what support has asked. A link alone answers nothing. */
export function consentRequestRoutes(parts: ProviderParts, router: Router): void {
  const { page, action } = accountRoutes(parts, router)
  page('/consent-requests/:id', async (ctx, signedIn) => {
    const request = await findOwn(parts, ctx, signedIn)
    if (request !== undefined) await show(parts, ctx, signedIn, request)
  })
  action('/consent-requests/:id', '/account', async (ctx, { account }, form) => {
    const request = await findOwn(parts, ctx, { account })
    if (request === undefined) return
    const given = { account, request, origin: originOf(ctx) }
    const decision = form.get('decision')
    if (decision === 'decline') await decline(parts, given)
    if (decision === 'accept' && !(await accept(parts, given))) return showSwitchedOff(ctx)
    backTo(ctx, `/consent-requests/${request.id}`)
  })
}

/** Somebody else's is none: the answer is that of an unknown page. */
async function findOwn(
  { storage, clock }: ProviderParts,
  ctx: Context,
  { account }: Pick<SignedIn, 'account'>,
): Promise<ConsentRequest | undefined> {
  const { id = '' } = ctx['params'] as { id?: string }
  const request = await storage.consentRequests.find(id, clock())
  return request?.subject === account.sub ? request : undefined
}

async function show(
  parts: ProviderParts,
  ctx: Context,
  { account, formKey }: SignedIn,
  request: ConsentRequest,
): Promise<void> {
  const { accounts, apps } = parts.storage
  const [actor, app] = await Promise.all([accounts.find(request.actor), apps.find(request.app)])
  ctx.type = 'html'
  ctx.body = consentRequestPage({
    request,
    email: account.email,
    csrf: csrfToken(parts, formKey),
    actor: actor ?? { name: request.actor, email: null },
    appName: app?.name ?? request.app,
    scope: app === undefined ? '' : scopeFor(app, request),
  })
}

function showSwitchedOff(ctx: Context): void {
  ctx.status = 403
  ctx.type = 'html'
  ctx.body = errorPage({ title: 'This app is switched off', message: 'Nothing was allowed.' })
}
