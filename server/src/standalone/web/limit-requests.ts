import type { Context, Middleware } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { asRouted, createFloodGuard, networkOf, originOf } from '../../index.ts'
import type { Parts } from '../parts.ts'
import { refuse } from './refuse.ts'

/** Ten a second all along: more than an office behind one address needs when the day begins. */
const REQUESTS = { name: 'sign-in-requests', points: 600, window: 60 }
/** Of all parameters together. Apps keep what they were doing in `state`, and that is long enough. */
const LONGEST = 4096

const SIGN_OUT = '/session/end'
/** Each leaves a row behind before anybody has proved anything. */
const PATHS: ReadonlySet<string> = new Set(['/auth', '/request', SIGN_OUT])

/** Keeps what is written for nobody in particular from filling the disk. */
export function limitRequests({ impersonation, clock }: Parts): Middleware {
  const guard = createFloodGuard(clock)
  return async (ctx, next) => {
    const path = asRouted(ctx.path)
    const isCounted = PATHS.has(path) && ctx.method !== 'OPTIONS'
    const wait = isCounted ? await guard.take(REQUESTS, networkOf(ctx.ip)) : null
    if (wait !== null) {
      const details = { limit: REQUESTS.name }
      await impersonation.recordAside(
        { action: 'rate_limit.exceeded', outcome: 'denied', code: 'RATE_LIMITED', details },
        originOf(ctx),
      )
      ctx.set('Retry-After', String(wait))
      return refuse(ctx, 'RATE_LIMITED', 'Too many requests. Wait a minute and try again.')
    }
    if (path === SIGN_OUT && isTooLong(ctx.query)) {
      return refuse(ctx, 'BODY_INVALID', 'The request of the app is too long.')
    }
    await next()
  }
}

/** But for the hint, which is as long as the issuer has made it. */
function isTooLong(query: Context['query']): boolean {
  const { id_token_hint: _, ...kept } = query
  return lengthOf(kept) > LONGEST
}

/** The same for authorization requests, pushed or not, which the library answers to the app. */
export function limitParameters({ oidc }: KoaContextWithOIDC): void {
  if (lengthOf(oidc.params ?? {}) > LONGEST) {
    throw new errors.InvalidRequest('the request is too long')
  }
}

/** As text or, of what is sent several times, as a list. */
const lengthOf = (params: Readonly<Record<string, unknown>>): number =>
  Object.values(params)
    .flat()
    .reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0)
