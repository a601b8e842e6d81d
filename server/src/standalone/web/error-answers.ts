import type { Middleware } from 'koa'
import { errors } from 'oidc-provider'
import type { DenialCode } from '../../index.ts'
import { ConditionLost, denials, requestIdOf, StorageUnavailable } from '../../index.ts'
import { ForeignForm } from './form.ts'
import { PasswordsBusy } from '../credentials/passwords.ts'
import type { Parts } from '../parts.ts'
import { refuse } from './refuse.ts'

/** The outermost middleware: whatever is thrown becomes an answer, and the process lives. */
export const errorAnswers =
  ({ log }: Pick<Parts, 'log'>): Middleware =>
  async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined)
        refuse(ctx, 'NOT_FOUND', denials.NOT_FOUND[2])
    } catch (error) {
      const [code, message] = judge(error)
      if (denials[code][0] >= 500)
        log.error({ err: error, request_id: requestIdOf(ctx.req) }, 'failed')
      // What the request would have got, had it succeeded.
      for (const name of ['Set-Cookie', 'Location']) ctx.res.removeHeader(name)
      if (code === 'UNAVAILABLE') ctx.set('Retry-After', '1')
      refuse(ctx, code, message)
    }
  }

/** Code, and what a page says to whoever waits for one. */
function judge(error: unknown): readonly [DenialCode, string] {
  if (error instanceof StorageUnavailable || error instanceof PasswordsBusy) {
    return ['UNAVAILABLE', 'We cannot do this at the moment. Please try again shortly.']
  }
  if (isOver(error)) {
    return ['BODY_INVALID', 'This page is no longer valid. Go back to the app and try again.']
  }
  return ['INTERNAL', 'Something went wrong on our side.']
}

/** Its page was left behind, or another request has used up what it came with. */
const isOver = (error: unknown): boolean =>
  error instanceof ForeignForm ||
  error instanceof errors.SessionNotFound ||
  (error instanceof ConditionLost && error.condition === 'consumed')
