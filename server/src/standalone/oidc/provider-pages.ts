import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { requestIdOf } from '../../index.ts'
import { errorPage } from '../pages/error-page.ts'
import { logoutPage, signedOutPage } from '../pages/logout-page.ts'

type RenderError = NonNullable<Configuration['renderError']>

/** Error pages say what went wrong in constant words; what the request said is never repeated. */
export const renderError: RenderError = (ctx, out) => {
  ctx.type = 'html'
  ctx.body = errorPage({
    title: 'This did not work',
    message: words[out.error] ?? 'The request cannot be served. Go back to the app and try again.',
    requestId: requestIdOf(ctx.req),
  })
}

const words: Readonly<Record<string, string>> = {
  invalid_client: 'This app is not known here, or it is switched off.',
  invalid_redirect_uri: 'The app asked to be answered at an address that is not registered for it.',
  invalid_request: 'The request of the app is incomplete or malformed.',
  server_error: 'Something went wrong on our side.',
}

export function logoutSource(ctx: KoaContextWithOIDC, form: string): void {
  ctx.type = 'html'
  ctx.body = logoutPage({ form, host: new URL(ctx.oidc.issuer).host })
}

export function postLogoutSuccessSource(ctx: KoaContextWithOIDC): void {
  const appName = ctx.oidc.client?.clientName
  ctx.type = 'html'
  ctx.body = signedOutPage(appName === undefined ? {} : { appName })
}
