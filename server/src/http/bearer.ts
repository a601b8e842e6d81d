import type { Context } from 'koa'

/**
 * The token of an `Authorization: Bearer` header (RFC 6750 §2.1), the only place it is looked for.
 * `''` when the header names none; `null` without such a header or with another scheme.
 */
export function bearerOf(ctx: Context): string | null {
  const match = /^bearer(?: +(.*))?$/i.exec(ctx.get('authorization'))
  return match === null ? null : (match[1] ?? '')
}
