import type { Context, Middleware } from 'koa'
import { errors } from 'oidc-provider'
import type { DenialCode } from '../../index.ts'
import { ConditionLost, denials, requestIdOf, StorageUnavailable } from '../../index.ts'
import { ForeignForm } from './form.ts'
import { errorPage } from '../pages/error-page.ts'
import { PasswordsBusy } from '../passwords.ts'
import type { Parts } from '../parts.ts'

interface Answer {
  readonly code: DenialCode
  readonly status: number
  readonly message: string
}

/** The outermost middleware: whatever is thrown becomes an answer, and the process lives. */
export const errorAnswers =
  ({ log }: Pick<Parts, 'log'>): Middleware =>
  async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined) answer(ctx, toAnswer('NOT_FOUND'))
    } catch (error) {
      const found = judge(error)
      if (found.status >= 500) log.error({ err: error, request_id: requestIdOf(ctx.req) }, 'failed')
      // What the request would have got, had it succeeded.
      for (const name of ['Set-Cookie', 'Location']) ctx.res.removeHeader(name)
      if (found.status === 503) ctx.set('Retry-After', '1')
      answer(ctx, found)
    }
  }

function judge(error: unknown): Answer {
  if (error instanceof StorageUnavailable || error instanceof PasswordsBusy) {
    return toAnswer('UNAVAILABLE', 'We cannot do this at the moment. Please try again shortly.')
  }
  if (isOver(error)) {
    return toAnswer(
      'BODY_INVALID',
      'This page is no longer valid. Go back to the app and try again.',
    )
  }
  return toAnswer('INTERNAL', 'Something went wrong on our side.')
}

/** Its page was left behind, or another request has used up what it came with. */
const isOver = (error: unknown): boolean =>
  error instanceof ForeignForm ||
  error instanceof errors.SessionNotFound ||
  (error instanceof ConditionLost && error.condition === 'consumed')

const toAnswer = (code: DenialCode, message: string = denials[code][2]): Answer => ({
  code,
  status: denials[code][0],
  message,
})

function answer(ctx: Context, { code, status, message }: Answer): void {
  const requestId = requestIdOf(ctx.req)
  ctx.status = status
  ctx.set('Cache-Control', 'no-store')
  if (ctx.accepts('json', 'html') === 'html') {
    ctx.type = 'html'
    ctx.body = errorPage({ title: 'This did not work', message, requestId })
    return
  }
  const [, error, description] = denials[code]
  ctx.body = { error, error_description: description, code, request_id: requestId }
}
