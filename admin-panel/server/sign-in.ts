import type { Context } from 'koa'
import { randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client'
import { createActor } from './actor.ts'
import { Denied, Refused } from './denied.ts'
import type { SignedIn } from './issuer.ts'
import { originOf } from './origin.ts'
import type { Parts } from './parts.ts'
import { toPerson } from './person.ts'
import { requestIdOf } from './request-id.ts'
import { returnTo } from './return-to.ts'
import type { Session } from './sessions.ts'

/** One period of a one-time password: whoever has just given one is not asked for another. */
const STEP_UP_MAX_AGE = 30

/** `GET /auth/login`: sends the browser to the issuer. */
export async function beginSignIn(parts: Parts, ctx: Context): Promise<void> {
  const { cookies, sessions, signIns, issuer, url } = parts
  const { query } = ctx
  const session = sessions.find(cookies.session.read(ctx), 'foreground')
  const isStepUp = query['step_up'] === '1' && session !== undefined
  const signIn = {
    state: randomState(),
    nonce: randomNonce(),
    verifier: randomPKCECodeVerifier(),
    returnTo: returnTo(query['return_to'], url),
    before: session === undefined ? null : { key: session.key, sub: session.sub },
    maxAge: isStepUp ? STEP_UP_MAX_AGE : null,
  }
  const known = isStepUp ? await session.known?.user.catch(() => null) : null
  const wish = { login: query['switch'] === '1', hint: known?.email ?? null }
  const target = await issuer.authorizationUrl(signIn, wish)
  cookies.signIn.write(ctx, signIn.state, signIns.begin(signIn))
  seeOther(ctx, target.href)
}

/**
 * `GET /auth/callback`: the browser is back. The session begins with a new id, whatever the browser
 * had before, so that nobody can fix one in advance (CWE-384). Its cookie is Strict and so not sent
 * with this navigation, nor with the redirect after it; the page at its end needs none, and its own
 * requests carry it.
 */
export async function finishSignIn(parts: Parts, ctx: Context): Promise<void> {
  const { cookies, sessions, signIns, issuer, url } = parts
  const callback = new URL(`${url}/auth/callback${ctx.search}`)
  const state = callback.searchParams.get('state') ?? ''
  const held = cookies.signIn.read(ctx, state)
  if (held !== null) cookies.signIn.clear(ctx, state)
  const signIn = signIns.take(state, held)
  if (signIn === undefined) throw new Denied('SIGN_IN_FAILED')
  const signedIn = await issuer.redeem(callback, signIn)
  await requireRole(parts, ctx, signedIn)
  const { before } = signIn
  if (before !== null) sessions.close(before)
  cookies.session.write(ctx, sessions.open(signedIn))
  // Somebody else than before is not shown the page of the one before.
  const isSame = before === null || before.sub === signedIn.sub
  seeOther(ctx, isSame ? signIn.returnTo : '/')
}

/** Whoever has no business in the panel gets no session, and their tokens are given back. */
async function requireRole(parts: Parts, ctx: Context, signedIn: SignedIn): Promise<void> {
  const { tokens, sub } = signedIn
  const session: Session = {
    ...signedIn,
    key: '',
    createdAt: 0,
    usedAt: 0,
    renewal: null,
    known: null,
  }
  try {
    toPerson(parts.accessRules, await createActor(parts, session, originOf(ctx)).user())
  } catch (error) {
    parts.log.warn({ request_id: requestIdOf(ctx.req), sub }, 'sign-in refused')
    await parts.issuer.revoke(tokens.refreshToken ?? tokens.accessToken).catch(() => undefined)
    if (!(error instanceof Refused)) throw error
    // Whoever comes back from signing in wants a page, and no answer meant for programs.
    const code = error.status >= 500 ? 'ISSUER_UNAVAILABLE' : 'SIGN_IN_FAILED'
    throw new Denied(code, {}, { cause: error })
  }
}

function seeOther(ctx: Context, target: string): void {
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Location', target)
  ctx.status = 303
  ctx.body = ''
}
