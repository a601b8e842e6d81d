import type { Context } from 'koa'
import { denials } from '../impersonation/denial.ts'
import type { Denial, DenialCode } from '../impersonation/denial.ts'
import { Denied } from '../operations/denied.ts'
import type { DescribedImpersonation } from '../operations/describe-impersonation.ts'
import { CursorInvalid } from '../ports/page.ts'
import type { Ports } from '../ports/ports.ts'
import { StorageUnavailable } from '../ports/unit-of-work.ts'
import { requestIdOf } from './origin.ts'
import { presentImpersonation } from './present.ts'

/** What every answer of the API carries, whatever becomes of the request. */
export function setCommonHeaders(ctx: Context): void {
  ctx.set('X-Request-Id', requestIdOf(ctx.req))
  ctx.set('Cache-Control', 'no-store')
  ctx.set('X-Content-Type-Options', 'nosniff')
}

export interface ErrorBody {
  readonly error: string
  readonly error_description: string
  readonly code: DenialCode
  readonly request_id: string
}

/** What every refusal says (contract §2). Texts are constant per code. */
export function errorBody(ctx: Pick<Context, 'req'>, code: DenialCode): ErrorBody {
  const [, error, description] = denials[code]
  return { error, error_description: description, code, request_id: requestIdOf(ctx.req) }
}

/** Turns whatever was thrown into an error body. */
export function answerError(ports: Pick<Ports, 'alarm'>, ctx: Context, error: unknown): void {
  const denial = toDenial(error)
  if (denial.code === 'INTERNAL' || denial.code === 'UNAVAILABLE') {
    ports.alarm(`request ${requestIdOf(ctx.req)} failed`, error)
  }
  const challenge = challengeOf(denial)
  if (challenge !== null) ctx.set('WWW-Authenticate', challenge)
  if (denial.retryAfter !== undefined) ctx.set('Retry-After', String(denial.retryAfter))
  ctx.status = denials[denial.code][0]
  ctx.body = { ...errorBody(ctx, denial.code), ...detailsOf(denial) }
}

function toDenial(error: unknown): Denial {
  if (error instanceof Denied) return error.denial
  if (error instanceof CursorInvalid) return { code: 'QUERY_INVALID' }
  if (error instanceof StorageUnavailable) return { code: 'UNAVAILABLE', retryAfter: 1 }
  return { code: 'INTERNAL' }
}

/** RFC 6750 §3: no error code when nobody tried to authenticate. */
function challengeOf({ code, details }: Denial): string | null {
  const [status, error, description] = denials[code]
  const realm = 'Bearer realm="understudy"'
  if (code === 'UNAUTHENTICATED') return realm
  if (status === 401) return `${realm}, error="${error}", error_description="${description}"`
  if (code !== 'S2S_SCOPE') return null
  const scope = details?.['scope']
  return `${realm}, error="${error}"${typeof scope === 'string' ? `, scope="${scope}"` : ''}`
}

function detailsOf({ code, details }: Denial): object {
  if (code === 'MFA_REQUIRED') return details ?? {}
  if (code !== 'ALREADY_IMPERSONATING' || details === undefined) return {}
  const running = details['impersonation'] as DescribedImpersonation
  return { impersonation: presentImpersonation(running) }
}
