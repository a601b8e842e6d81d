import type { Context } from 'koa'
import type { PanelDenialCode } from './denied.ts'
import { Denied, panelDenials, Refused } from './denied.ts'
import type { PanelLog } from './log.ts'
import { messagePage } from './message-page.ts'
import { requestIdOf } from './request-id.ts'
import { nonceOf } from './security-headers.ts'

/** Seconds after which an issuer that does not answer may be asked again. */
const RETRY_AFTER = 5

/** Turns whatever was thrown into the error body of the S2S API, or a page for whoever navigates. */
export function answerError(ctx: Context, thrown: unknown, log: PanelLog): void {
  ctx.set('Cache-Control', 'no-store')
  ctx.remove('Content-Disposition')
  if (thrown instanceof Refused) {
    answerRefused(ctx, thrown)
    return
  }
  const denied = thrown instanceof Denied ? thrown : new Denied('INTERNAL', {}, { cause: thrown })
  const { code, details } = denied
  const [status, error, description] = panelDenials[code]
  const requestId = requestIdOf(ctx.req)
  if (status >= 500) log.error({ request_id: requestId, err: denied }, 'request failed')
  ctx.status = status
  if (code === 'ISSUER_UNAVAILABLE') ctx.set('Retry-After', String(RETRY_AFTER))
  // RFC 9110 §15.5.2: a 401 names a way to authenticate; browsers do not know this one, and ask nobody.
  if (status === 401) ctx.set('WWW-Authenticate', 'Session realm="admin-panel"')
  if (isNavigation(ctx)) {
    ctx.type = 'html'
    ctx.body = messagePage({ code, description, requestId, nonce: nonceOf(ctx.res) })
    return
  }
  ctx.body = {
    error,
    error_description: description,
    code,
    request_id: requestId,
    ...details,
  } satisfies object
}

/** In the API's own words and with its request id, under which its log and audit trail have it. */
function answerRefused(ctx: Context, { status, body, retryAfter }: Refused): void {
  ctx.status = status
  ctx.set('X-Request-Id', body.request_id)
  if (retryAfter !== null) ctx.set('Retry-After', retryAfter)
  ctx.body = body
}

const isNavigation = (ctx: Context): boolean =>
  !ctx.path.startsWith('/api/') && ctx.method === 'GET' && ctx.get('accept').includes('text/html')

export const isDenied = (error: unknown, code: PanelDenialCode): boolean =>
  error instanceof Denied && error.code === code
