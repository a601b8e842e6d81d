import type { Context } from 'koa'

export interface Cookies {
  readonly session: Cookie
  readonly signIn: Cookie
}

interface Cookie {
  read(ctx: Context): string | null
  write(ctx: Context, value: string): void
  clear(ctx: Context): void
}

/**
 * The panel's two cookies. A prefixed name cannot be set by a neighbouring host or over http
 * (RFC 6265bis §4.1.3), and is kept over https only: on http, which is for the loopback, the names
 * are others. The one of the sign-in is Lax, since the issuer that sends the browser back is another site.
 */
export function createCookies(url: string): Cookies {
  const isSecure = url.startsWith('https:')
  const prefix = isSecure ? '__Host-' : ''
  const make = (name: string, sameSite: 'Strict' | 'Lax'): Cookie => {
    const flags = `; Path=/; HttpOnly; SameSite=${sameSite}${isSecure ? '; Secure' : ''}`
    const set = (ctx: Context, value: string): void => {
      // The library refuses a secure cookie on what looks like http, as everything behind a proxy does.
      ctx.append('Set-Cookie', prefix + name + value + flags)
    }
    return {
      read: (ctx) => ctx.cookies.get(prefix + name, { signed: false }) ?? null,
      write: (ctx, value) => set(ctx, `=${value}`),
      clear: (ctx) => set(ctx, '=; Max-Age=0'),
    }
  }
  return {
    session: make('understudy_panel', 'Strict'),
    signIn: make('understudy_panel_sign_in', 'Lax'),
  }
}
