import type { Context } from 'koa'
import type { Cookie } from './cookie.ts'
import { createCookieMaker } from './cookie.ts'
import type { SignInCookies } from './sign-in-cookies.ts'
import { createSignInCookies } from './sign-in-cookies.ts'

export interface Cookies {
  readonly session: SessionCookie
  readonly signIn: SignInCookies
}

interface SessionCookie extends Cookie {
  read(ctx: Context): string | null
}

/** The panel's cookies. */
export function createCookies(url: string): Cookies {
  const make = createCookieMaker(url.startsWith('https:'))
  const session = make('understudy_panel', 'Strict')
  return {
    session: {
      ...session,
      read: (ctx) => ctx.cookies.get(session.name, { signed: false }) ?? null,
    },
    signIn: createSignInCookies(make),
  }
}
