import type { Context } from 'koa'
import { createActor } from './actor.ts'
import { apiPath } from './api-path.ts'
import { originOf } from './origin.ts'
import type { Parts } from './parts.ts'
import { requestIdOf } from './request-id.ts'
import { requireSameOrigin } from './same-origin.ts'
import type { Session } from './sessions.ts'

/**
 * `POST /auth/logout`: ends the panel's session, the live impersonation of whoever had it, and the
 * tokens. The login at the issuer stays: other apps use it. It is over here at once, also when the
 * issuer cannot be told.
 */
export async function signOut(parts: Parts, ctx: Context): Promise<void> {
  ctx.set('Cache-Control', 'no-store')
  requireSameOrigin(ctx, parts.url)
  const { cookies, sessions } = parts
  const session = sessions.find(cookies.session.read(ctx), 'foreground')
  cookies.session.clear(ctx)
  ctx.status = 204
  if (session === undefined) return
  sessions.close(session)
  for (const step of [endLiveOne, revokeTokens]) {
    await step(parts, ctx, session).catch((error: unknown) => {
      parts.log.error({ request_id: requestIdOf(ctx.req), err: error }, 'sign-out is incomplete')
    })
  }
}

/** Who signs out leaves nothing running that could act in their name. */
async function endLiveOne(parts: Parts, ctx: Context, session: Session): Promise<void> {
  const actor = createActor(parts, session, originOf(ctx))
  const query = { status: 'active', actor: session.sub, limit: '1' }
  const { items } = await actor.get<{ items: readonly { id: string }[] }>('/impersonations', query)
  for (const { id } of items) {
    await actor.call({ method: 'DELETE', path: apiPath('impersonations', id) })
  }
}

async function revokeTokens({ issuer }: Parts, _: Context, session: Session): Promise<void> {
  const { refreshToken, accessToken } = session.tokens
  // RFC 7009 §2.1: with a refresh token go the access tokens of the same grant.
  await issuer.revoke(refreshToken ?? accessToken)
}
