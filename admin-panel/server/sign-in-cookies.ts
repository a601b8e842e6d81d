import type { Context } from 'koa'
import type { Cookie, MakeCookie } from './cookie.ts'
import { keyOf } from './session-ids.ts'
import { SIGN_IN_SECONDS } from './sign-ins.ts'

/** A cookie for each sign-in that is under way, so that several tabs do not disturb each other. */
export interface SignInCookies {
  read(ctx: Context, state: string): string | null
  /** Drops the oldest when there are too many. */
  write(ctx: Context, state: string, value: string): void
  clear(ctx: Context, state: string): void
}

const NAME = 'understudy_panel_sign_in_'
const ID = /^[\w-]{22}$/
/** Of all of them together, in characters: servers take headers of 16 KiB, proxies often 8. */
const ROOM = 6000

/**
 * Lax, since the issuer that sends the browser back is another site. They are read by hand: the
 * library keeps an expression for every name it was ever asked for, and these names never end.
 */
export function createSignInCookies(make: MakeCookie): SignInCookies {
  const cookieAt = (id: string): Cookie => make(NAME + id, 'Lax', SIGN_IN_SECONDS)
  const idOf = (state: string): string => keyOf(state).slice(0, 22)
  const start = cookieAt('').name
  const held = (ctx: Context): { readonly id: string; readonly value: string }[] =>
    ctx
      .get('cookie')
      .split(/; */)
      .filter((pair) => pair.startsWith(start))
      .map((pair) => pair.slice(start.length).split('='))
      .map(([id = '', value = '']) => ({ id, value }))
      .filter(({ id }) => ID.test(id))
  return {
    read: (ctx, state) => held(ctx).find(({ id }) => id === idOf(state))?.value ?? null,
    write(ctx, state, value) {
      const cookie = cookieAt(idOf(state))
      let room = ROOM - cookie.name.length - value.length
      // Browsers send the oldest first (RFC 6265 §5.4).
      for (const other of held(ctx).toReversed()) {
        room -= cookie.name.length + other.value.length
        if (room < 0) cookieAt(other.id).clear(ctx)
      }
      cookie.write(ctx, value)
    },
    clear: (ctx, state) => cookieAt(idOf(state)).clear(ctx),
  }
}
