import type Router from '@koa/router'
import type { Context } from 'koa'
import { originOf } from '../../index.ts'
import { factorsOf, hasSecondFactor } from '../credentials/factors.ts'
import { recoveryCodesPage } from '../pages/factor-pages.ts'
import { securityPage } from '../pages/security-page.ts'
import type { ProviderParts } from '../parts.ts'
import { csrfToken } from '../web/form.ts'
import { accountRoutes, backTo, doneIn } from './account-router.ts'
import { mayEnrol, mayRemove, removeFactor, renewRecoveryCodes } from './change-factors.ts'
import { showAuthenticator, submitAuthenticator } from './enrol-authenticator.ts'
import { showNewPasskey, submitNewPasskey, submitPasskeyName } from './enrol-passkey.ts'
import type { Proven, SignedIn } from './signed-in.ts'
import { isFresh, sendToSignIn } from './signed-in.ts'

const SECURITY = '/account/security'

type Step = (
  parts: ProviderParts,
  ctx: Context,
  proven: Proven,
  form: URLSearchParams,
) => Promise<void> | void

const enrolling =
  (step: Step): Step =>
  (parts, ctx, who, form) =>
    mayEnrol(who.account, who.factors) ? step(parts, ctx, who, form) : backTo(ctx, SECURITY)

/** @param which passkey the form means; `null` for the authenticator app. */
const removing =
  (which: (form: URLSearchParams) => string | null): Step =>
  async (parts, ctx, { account, factors }, form) => {
    const id = which(form)
    const isThere =
      id === null ? factors.otp !== undefined : factors.passkeys.some((one) => one.id === id)
    if (!isThere || !mayRemove(account, factors)) return backTo(ctx, SECURITY)
    await removeFactor(parts, account, id, originOf(ctx))
    backTo(ctx, SECURITY, 'removed')
  }

/** How somebody signs in; to see or change it, the login must be a few minutes old at most. */
export function securityRoutes(parts: ProviderParts, router: Router): void {
  const { page, action } = accountRoutes(parts, router)
  const proven =
    (step: Step, back?: string) =>
    async (ctx: Context, signedIn: SignedIn, form = new URLSearchParams()): Promise<void> => {
      const factors = await factorsOf(parts.storage, signedIn.account.sub)
      if (!isFresh(parts, signedIn, factors)) {
        sendToSignIn(parts, ctx, back ?? ctx.path, factors)
        return
      }
      await step(parts, ctx, { ...signedIn, factors }, form)
    }
  const show = (path: string, step: Step): void => page(SECURITY + path, proven(step))
  const at = (path: string, step: Step): void =>
    action(SECURITY + path, SECURITY, proven(step, SECURITY))

  show('', showSecurity)
  show('/authenticator', enrolling(showAuthenticator))
  at('/authenticator', enrolling(submitAuthenticator))
  at(
    '/authenticator/remove',
    removing(() => null),
  )
  show('/passkey', enrolling(showNewPasskey))
  at('/passkey', enrolling(submitNewPasskey))
  at('/passkey/rename', submitPasskeyName)
  at(
    '/passkey/remove',
    removing((form) => form.get('id') ?? ''),
  )
  at('/recovery', submitRecovery)
}

function showSecurity(parts: ProviderParts, ctx: Context, proven: Proven): void {
  const { account, factors, formKey } = proven
  ctx.type = 'html'
  ctx.body = securityPage({
    email: account.email,
    csrf: csrfToken(parts, formKey),
    factors,
    mayEnrol: mayEnrol(account, factors),
    mayRemove: mayRemove(account, factors),
    done: doneIn(ctx),
  })
}

async function submitRecovery(parts: ProviderParts, ctx: Context, proven: Proven): Promise<void> {
  const { account, factors } = proven
  if (!hasSecondFactor(factors)) return backTo(ctx, SECURITY)
  const codes = await renewRecoveryCodes(parts, account, originOf(ctx))
  ctx.type = 'html'
  ctx.body = recoveryCodesPage({ email: account.email, codes })
}
