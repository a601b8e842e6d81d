import type { Context } from 'koa'

export interface Cookie {
  /** With its prefix, if it has one. */
  readonly name: string
  write(ctx: Context, value: string): void
  clear(ctx: Context): void
}

export type MakeCookie = (name: string, sameSite: 'Strict' | 'Lax', seconds?: number) => Cookie

/**
 * A prefixed name cannot be set by a neighbouring host or over http (RFC 6265bis §4.1.3), and is kept
 * over https only: on http, which is for the loopback, the names are others.
 */
export const createCookieMaker =
  (isSecure: boolean): MakeCookie =>
  (bare, sameSite, seconds) => {
    const name = isSecure ? `__Host-${bare}` : bare
    const flags = `; Path=/; HttpOnly; SameSite=${sameSite}${isSecure ? '; Secure' : ''}`
    const life = seconds === undefined ? '' : `; Max-Age=${seconds}`
    const set = (ctx: Context, value: string): void => {
      // The library refuses a secure cookie on what looks like http, as everything behind a proxy does.
      ctx.append('Set-Cookie', name + value + flags)
    }
    return {
      name,
      write: (ctx, value) => set(ctx, `=${value}${life}`),
      clear: (ctx) => set(ctx, '=; Max-Age=0'),
    }
  }
