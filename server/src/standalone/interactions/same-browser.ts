import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import type { ProviderParts } from '../parts.ts'

/** As long as a half-finished sign-in may wait; what is finished is fetched at once. */
const MARK_MS = 5 * 60_000

/** One for each request, so that two tabs do not take each other's. */
const nameOf = (issuer: string, uid: string): string =>
  `${issuer.startsWith('https:') ? '__Host-' : ''}understudy_step_${uid}`

const hashOf = (mark: string): string => hash('sha256', mark, 'base64url')

/**
 * Gives this browser a secret with the answer, and returns what the request keeps of it. The library
 * ties a request to a cookie that another port or a sibling domain can plant (RFC 6265 §8.6): an
 * attacker would have somebody else sign in to his own request, and fetch the outcome.
 */
export function markBrowser(
  { server }: Pick<ProviderParts, 'server'>,
  ctx: Context,
  uid: string,
): string {
  const mark = randomBytes(32).toString('base64url')
  const secure = server.issuer.startsWith('https:')
  ctx.cookies.set(nameOf(server.issuer, uid), mark, {
    ...cookieFlags(secure),
    maxAge: MARK_MS,
  })
  return hashOf(mark)
}

/**
 * Whether this browser got that secret.
 *
 * @param kept of the request, `undefined` when nobody has answered it.
 */
export function isSameBrowser(ctx: Context, issuer: string, uid: string, kept: unknown): boolean {
  const wanted = Buffer.from(typeof kept === 'string' ? kept : '')
  // Not Koa's reader, which remembers every name it was asked for. A planted one may stand beside ours.
  const prefix = `${nameOf(issuer, uid)}=`
  return ctx
    .get('cookie')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .some((pair) => {
      const given = Buffer.from(hashOf(pair.slice(prefix.length)))
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    })
}

/** Nothing is left of it once its request is over. */
export function unmarkBrowser(ctx: Context, issuer: string, uid: string): void {
  const name = nameOf(issuer, uid)
  if (!ctx.get('cookie').includes(`${name}=`)) return
  ctx.cookies.set(name, null, cookieFlags(issuer.startsWith('https:')))
}

const cookieFlags = (
  secure: boolean,
): { httpOnly: true; sameSite: 'lax'; path: '/'; signed: false; secure: boolean } => ({
  httpOnly: true,
  sameSite: 'lax',
  path: '/',
  signed: false,
  secure,
})
