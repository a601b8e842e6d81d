import Router from '@koa/router'
import type { Context } from 'koa'
import type { DemoUrls } from '../demo-urls.ts'
import type { Said } from './ask.ts'
import { ask } from './ask.ts'
import { readForm } from './form-fields.ts'
import { refusedPage } from './pages.ts'

const WHY: Readonly<Record<string, string>> = {
  IMPERSONATION_READ_ONLY: 'You are impersonating this customer, read-only.',
  S2S_TOKEN_INVALID: 'You are signed out. Go back and sign in again.',
  CONFLICT: 'There is nothing to pay any more.',
  NOT_FOUND: 'There is no such invoice.',
  BODY_INVALID: 'Please fill in every field.',
}

/** What plain forms do. The token comes with the form (RFC 6750 §2.2), and goes no further than this. */
export function createForms(urls: DemoUrls): Router {
  const router = new Router()
  const { issuer, resource } = urls
  const add = (path: string, form: Form): void => {
    router.post(path, (ctx) => run(ctx, urls, form))
  }
  add('/invoices/pay', {
    back: '/',
    done: '/?done=paid',
    send: (fields, token) => {
      const id = encodeURIComponent(fields.get('invoice') ?? '')
      return ask('POST', `${resource}/invoices/${id}/pay`, token)
    },
  })
  add('/address', {
    back: '/address',
    done: '/address?done=saved',
    send: (fields, token) => {
      const of = (name: string): string => fields.get(name) ?? ''
      const address = { street: of('street'), city: of('city'), country: of('country') }
      return ask('PATCH', `${resource}/profile`, token, address)
    },
  })
  add('/impersonation/end', {
    back: '/',
    done: '/ended?cause=ended_here',
    send: (_, token) => ask('POST', `${issuer}/api/v1/impersonation/end`, token),
  })
  return router
}

/** Where a form leads, and what it asks for on the way. */
interface Form {
  readonly back: string
  readonly done: string
  readonly send: (fields: URLSearchParams, token: string) => Promise<Said>
}

async function run(ctx: Context, urls: DemoUrls, { back, done, send }: Form): Promise<void> {
  const said = await sent(ctx, send)
  const isDone = said.status >= 200 && said.status < 300
  if (isDone || said.code === 'IMPERSONATION_ENDED') {
    ctx.redirect(isDone ? done : '/ended?cause=revoked')
    // A reload of what follows sends no form again (RFC 9110 §15.4.4).
    ctx.status = 303
    return
  }
  ctx.status = said.status
  ctx.body = refusedPage(urls, WHY[said.code ?? ''] ?? 'That did not work. Try again later.', back)
}

/** A form of another site has no token; nor has one of ours when the script did not run. */
async function sent(ctx: Context, send: Form['send']): Promise<Said> {
  if (!['', 'same-origin'].includes(ctx.get('sec-fetch-site')))
    return { status: 403, code: 'CROSS_SITE' }
  const fields = await readForm(ctx)
  const token = fields?.get('access_token') ?? ''
  if (fields === null || token === '') return { status: 401, code: 'S2S_TOKEN_INVALID' }
  return send(fields, token)
}
