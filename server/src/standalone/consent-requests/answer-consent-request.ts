import type Router from '@koa/router'
import type { Context } from 'koa'
import type { ConsentRequest, Origin, RegisteredApp } from '../../index.ts'
import { ConditionLost, originOf } from '../../index.ts'
import { accountRoutes, backTo } from '../account/account-router.ts'
import type { SignedIn } from '../account/signed-in.ts'
import { csrfToken } from '../interactions/form.ts'
import { consentRequestPage } from '../pages/consent-request-page.ts'
import type { ProviderParts } from '../parts.ts'

/** Where a customer answers what support has asked. A link alone answers nothing. */
export function consentRequestRoutes(parts: ProviderParts, router: Router): void {
  const { page, action } = accountRoutes(parts, router)
  page('/consent-requests/:id', async (ctx, signedIn) => {
    const request = await findOwn(parts, ctx, signedIn)
    if (request !== undefined) await show(parts, ctx, signedIn, request)
  })
  action('/consent-requests/:id', '/account', async (ctx, signedIn, form) => {
    const request = await findOwn(parts, ctx, signedIn)
    if (request === undefined) return
    const decision = form.get('decision')
    const isDecided = decision === 'accept' || decision === 'decline'
    if (isDecided) await answer(parts, signedIn, request, decision === 'accept', originOf(ctx))
    backTo(ctx, `/consent-requests/${request.id}`)
  })
}

/** Somebody else's is none: the answer is that of an unknown page. */
async function findOwn(
  { storage, clock }: ProviderParts,
  ctx: Context,
  { account }: SignedIn,
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

/**
 * Who was asked for somebody to look has not allowed anybody to write. The app asks by itself for
 * what it lacks when its user signs in next.
 */
const scopeFor = ({ scope, writeScopes }: RegisteredApp, { mode }: ConsentRequest): string =>
  mode === 'full'
    ? scope
    : scope
        .split(' ')
        .filter((word) => !writeScopes.includes(word))
        .join(' ')

/** One answer counts: consent, answer and audit event are one unit. */
async function answer(
  { storage, impersonation, clock }: ProviderParts,
  { account: { sub, organization } }: SignedIn,
  request: ConsentRequest,
  accepts: boolean,
  origin: Origin,
): Promise<void> {
  const { id, app: clientId } = request
  const app = await storage.apps.find(clientId)
  if (app === undefined) return
  const now = clock()
  const scope = scopeFor(app, request)
  try {
    await storage.unitOfWork.run(async () => {
      await storage.consentRequests.decide(id, accepts ? 'accepted' : 'declined', now)
      if (accepts) await storage.consents.grant(sub, clientId, scope, now)
      await impersonation.record(
        {
          action: 'consent.granted',
          outcome: accepts ? 'success' : 'denied',
          actor: sub,
          subject: sub,
          organization: organization?.id ?? null,
          app: clientId,
          details: accepts ? { scope, request: id } : { request: id },
        },
        origin,
      )
    })
  } catch (error) {
    // Answered before, or too late: the page says which.
    if (!(error instanceof ConditionLost)) throw error
  }
}
