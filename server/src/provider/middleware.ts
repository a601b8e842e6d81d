import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC, Session } from 'oidc-provider'
import type { Middleware } from 'koa'
import { actorClaims } from '../impersonation/act.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import { printable } from '../impersonation/printable.ts'
import { endSignedOut } from '../operations/end-signed-out.ts'
import { recordRefresh } from '../operations/record-refresh.ts'
import { verifyLiveness } from '../operations/verify-liveness.ts'
import { recordAside } from '../operations/write-audit.ts'
import type { Ports } from '../ports/ports.ts'
import { StorageUnavailable } from '../ports/unit-of-work.ts'
import { clientRoutes, countGuess, refuseGuess } from './guess-guard.ts'
import { recover, wantsPage } from './recover.ts'
import type { ProviderRequest } from './request.ts'
import { currentRequest, newRequest, serveAs } from './request.ts'

/**
 * Makes every request of the provider one unit of work. An answer that is not a success changes
 * nothing but what it destroys; an answer that cannot be written down does not leave the server.
 */
export function asUnitOfWork(
  ports: Ports,
  provider: () => Provider,
  originOf: (ctx: KoaContextWithOIDC) => Origin,
): Middleware {
  return async (koaContext, next) => {
    const ctx = koaContext as unknown as KoaContextWithOIDC
    const origin = originOf(ctx)
    const request = newRequest(ctx, origin)
    if (await refuseGuess(ports, provider(), request)) return
    const thrown: unknown[] = []
    const work = async (): Promise<void> => {
      await next()
      if (request.failure !== undefined && !wantsPage(ctx)) throw request.failure
      await noticeEnd(ports, provider(), request)
      for (const login of request.signedOut) await endSignedOut(ports, login, origin)
      await forgetDisabled(provider(), request)
      await afterwards(ports, request)
    }
    try {
      await serveAs(request, () =>
        ports.unitOfWork.run(
          // A host's listener that throws must not save a replayed token from its end.
          () => work().catch((error: unknown) => void thrown.push(error)),
          () => (thrown.length === 0 && ctx.status < 400 ? 'everything' : 'endings'),
        ),
      )
      if (thrown.length > 0) throw thrown[0]
      if (ctx.oidc === undefined) return
      if (ctx.status === 401) await noteFailedClient(ports, request)
      await countGuess(ports, request)
    } catch (error) {
      await recover(ports, provider(), request, error)
    }
  }
}

/** The library answers with a 500 whatever fails inside of it, and says only here what it was. */
export function noteFailure(_ctx: KoaContextWithOIDC, error: unknown): void {
  const request = currentRequest()
  if (request !== undefined && error instanceof StorageUnavailable) request.failure = error
}

/** However a login ends inside of the library: by the page that asks, or by somebody else's login. */
export function noteSignOut({ uid, accountId }: Session): void {
  if (accountId !== undefined) {
    currentRequest()?.signedOut.push({ session: uid, account: accountId })
  }
}

/**
 * The library refuses an expired token, a disabled app or a disabled account before it asks for the
 * grant. That the impersonation is over by that is written down all the same.
 */
async function noticeEnd(
  ports: Ports,
  provider: Provider,
  request: ProviderRequest,
): Promise<void> {
  const { ctx, impersonation, origin } = request
  if (ctx.oidc === undefined || impersonation !== null) return
  const token = ctx.oidc.route === 'token' ? ctx.oidc.params?.['refresh_token'] : undefined
  if (request.shown === null && typeof token === 'string') await provider.RefreshToken.find(token)
  if (request.shown === null) return
  const shown = await ports.impersonations.find(request.shown)
  if (shown !== undefined) await verifyLiveness(ports, shown, origin)
}

/** The library does not ask whether the client of a token is still there; an impersonation’s is asked for anyway. */
async function forgetDisabled(
  provider: Provider,
  { ctx, impersonation }: ProviderRequest,
): Promise<void> {
  if (ctx.oidc?.route !== 'introspection' || impersonation !== null) return
  const { active, client_id: client } = Object(ctx.body) as Record<string, unknown>
  if (active !== true || typeof client !== 'string') return
  if ((await provider.Client.find(client)) === undefined) ctx.body = { active: false }
}

async function afterwards(ports: Ports, request: ProviderRequest): Promise<void> {
  const { ctx, impersonation, origin } = request
  if (impersonation === null || ctx.status !== 200) return
  const { route, entities } = ctx.oidc
  if (route === 'token') await recordRefresh(ports, impersonation, origin)
  if (route !== 'introspection') return
  const body = ctx.body as Record<string, unknown>
  if (body['active'] !== true) return
  // The library says nothing about a refresh token beyond RFC 7662; for access tokens it knows `act`.
  const claims = entities.RefreshToken === undefined ? {} : actorClaims(impersonation)
  ctx.body = { ...body, ...claims, impersonatedBy: impersonation.actor }
}

/** Somebody guesses client secrets, or a service has lost its own. */
async function noteFailedClient(ports: Ports, { ctx, origin }: ProviderRequest): Promise<void> {
  const { route, params, client } = ctx.oidc
  if (!clientRoutes.includes(route)) return
  // Named in the Authorization header or in the body; what is not registered is only what was said.
  const details = { route, client_id: client?.clientId ?? said(params?.['client_id']) }
  await recordAside(ports, { action: 's2s.auth_failed', outcome: 'denied', details }, origin)
}

/** Bounded text: what anybody may send must not become what we keep. */
const said = (value: unknown): string | null =>
  typeof value === 'string' ? printable(value.slice(0, 255)) : null
