import type { Context } from 'koa'
import type { DenialCode } from '../../index.ts'
import { denials, errorBody, requestIdOf } from '../../index.ts'
import { errorPage } from '../pages/error-page.ts'

/** Answers with an error body or, where people may look, with a page that says `message`. */
export function refuse(ctx: Context, code: DenialCode, message?: string): void {
  ctx.status = denials[code][0]
  ctx.set('Cache-Control', 'no-store')
  if (message === undefined || ctx.accepts('json', 'html') !== 'html') {
    ctx.body = errorBody(ctx, code)
    return
  }
  ctx.type = 'html'
  ctx.body = errorPage({ title: 'This did not work', message, requestId: requestIdOf(ctx.req) })
}
