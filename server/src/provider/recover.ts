import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { denials } from '../impersonation/denial.ts'
import type { Ports } from '../ports/ports.ts'
import { ConditionLost, StorageUnavailable } from '../ports/unit-of-work.ts'
import type { ProviderRequest } from './request.ts'
import { serveAs } from './request.ts'

export const wantsPage = (ctx: KoaContextWithOIDC): boolean =>
  ctx.accepts('json', 'html') === 'html'

/**
 * Answers where the unit of a request was refused or could not be written.
 *
 * @throws what is not ours to answer
 */
export async function recover(
  ports: Ports,
  provider: Provider,
  request: ProviderRequest,
  error: unknown,
): Promise<void> {
  const { ctx } = request
  const isTokenRequest = ctx.oidc?.route === 'token'
  if (error instanceof ConditionLost && isTokenRequest) {
    if (error.condition === 'consumed') {
      await serveAs(request, () => ports.unitOfWork.run(() => revokeReplayed(provider, ctx)))
    }
    return answer(ctx, 400, 'invalid_grant', 'grant request is invalid')
  }
  if (!(error instanceof StorageUnavailable) || wantsPage(ctx)) throw error
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
