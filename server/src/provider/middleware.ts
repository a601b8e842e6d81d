import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Middleware } from 'koa'
import { actorClaims } from '../impersonation/act.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import { denials } from '../impersonation/denial.ts'
import { recordRefresh } from '../operations/record-refresh.ts'
import { recordAside } from '../operations/write-audit.ts'
import type { Ports } from '../ports/ports.ts'
import { ConditionLost, StorageUnavailable } from '../ports/unit-of-work.ts'
import type { ProviderRequest } from './request.ts'
import { serveAs } from './request.ts'

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
    const request: ProviderRequest = { ctx, origin: originOf(ctx), impersonation: null }
    try {
      await serveAs(request, () =>
        ports.unitOfWork.run(
          async () => {
            await next()
            await afterwards(ports, request)
          },
          () => (ctx.status < 400 ? 'everything' : 'endings'),
        ),
      )
      if (ctx.status === 401 && ctx.oidc !== undefined) await noteFailedClient(ports, request)
    } catch (error) {
      await recover(ports, provider(), request, error)
    }
  }
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
  const { route, params } = ctx.oidc
  if (!['token', 'introspection', 'revocation'].includes(route)) return
  const details = { route, client_id: params?.['client_id'] ?? null }
  await recordAside(ports, { action: 's2s.auth_failed', outcome: 'denied', details }, origin)
}

async function recover(
  ports: Ports,
  provider: Provider,
  request: ProviderRequest,
  error: unknown,
): Promise<void> {
  const { ctx } = request
  const isTokenRequest = ctx.oidc?.route === 'token'
  if (error instanceof ConditionLost && isTokenRequest) {
    await serveAs(request, () => ports.unitOfWork.run(() => revokeReplayed(provider, ctx)))
    return answer(ctx, 400, 'invalid_grant', 'grant request is invalid')
  }
  if (!(error instanceof StorageUnavailable) || ctx.accepts('json', 'html') === 'html') throw error
  ports.alarm('a provider request could not be written', error)
  const [status, name, description] = denials.UNAVAILABLE
  ctx.set('Retry-After', '1')
  answer(ctx, status, name, description)
}

/**
 * Two requests consumed the same code or refresh token: for the loser it is a replay, and what a
 * replay revokes is revoked (RFC 9700 §4.14.2).
 */
async function revokeReplayed(provider: Provider, ctx: KoaContextWithOIDC): Promise<void> {
  const { RotatedRefreshToken, RefreshToken, AuthorizationCode } = ctx.oidc.entities
  const grantId = (RotatedRefreshToken ?? RefreshToken ?? AuthorizationCode)?.grantId
  if (grantId === undefined) return
  await provider.AccessToken.revokeByGrantId(grantId)
  await (provider.RefreshToken as unknown as typeof provider.AccessToken).revokeByGrantId(grantId)
  const grant = await provider.Grant.find(grantId)
  await grant?.destroy()
}

function answer(ctx: KoaContextWithOIDC, status: number, error: string, description: string): void {
  ctx.res.removeHeader('Set-Cookie')
  ctx.status = status
  ctx.body = { error, error_description: description }
}
