import type Router from '@koa/router'
import type { Context } from 'koa'
import type { ProviderParts } from '../parts.ts'
import { readForm } from '../web/form.ts'
import type { SignedIn } from './signed-in.ts'
import { findSignedIn, sendToSignIn } from './signed-in.ts'

type Show = (ctx: Context, signedIn: SignedIn) => Promise<void> | void
type Act = (ctx: Context, signedIn: SignedIn, form: URLSearchParams) => Promise<void> | void

interface AccountRoutes {
  readonly page: (path: string, show: Show) => void
  /** `back` is where somebody goes whose login was over before the form was sent. */
  readonly action: (path: string, back: string, act: Act) => void
}

/** Routes for somebody who is signed in; everybody else is sent to the login, and back to the page. */
export function accountRoutes(parts: ProviderParts, router: Router): AccountRoutes {
  return {
    page(path, show) {
      router.get(path, async (ctx) => {
        const signedIn = await findSignedIn(parts, ctx)
        if (signedIn === undefined) sendToSignIn(parts, ctx, ctx.path)
        else await show(ctx, signedIn)
      })
    },
    action(path, back, act) {
      router.post(path, async (ctx) => {
        const known = await findSignedIn(parts, ctx)
        const form = known && (await readForm(parts, ctx, known.formKey))
        // Once more: a form can be held back until who sent it was signed out, or became staff.
        const signedIn = await findSignedIn(parts, ctx)
        if (form === undefined || signedIn === undefined) sendToSignIn(parts, ctx, back)
        else await act(ctx, signedIn, form)
      })
    },
  }
}

/** After a change: the page again, by a request of its own, with a word about what was done. */
export function backTo(ctx: Context, path: string, done?: string): void {
  ctx.status = 303
  ctx.redirect(done === undefined ? path : `${path}?done=${done}`)
}

const DONE: ReadonlyMap<string, string> = new Map([
  ['ended', 'It has ended.'],
  ['withdrawn', 'The app may no longer do this, and nobody can act for you in it.'],
  ['signed-out', 'Signed out there.'],
  ['enrolled', 'Your second factor is set up. You will be asked for it at the next sign-in.'],
  ['removed', 'Removed.'],
  ['renamed', 'Renamed.'],
])

/** Only words of ours: an address must not be able to make our page say something. */
export const doneIn = (ctx: Context): string | undefined => {
  const { done } = ctx.query
  return typeof done === 'string' ? DONE.get(done) : undefined
}
