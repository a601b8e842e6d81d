import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { errors } from 'oidc-provider'
import { epochSeconds, tokenSeconds } from '../impersonation/lifetime.ts'
import type { Ports } from '../ports/ports.ts'
import { currentRequest, isImpersonated } from './request.ts'

type Ttl = NonNullable<Configuration['ttl']>
/** The library calls every one of them alike, with no context outside of a request. */
type Lifetime = (ctx: KoaContextWithOIDC | undefined, token: never, client: never) => number

const HOUR = 3600
const FORTNIGHT = 14 * 24 * HOUR

/**
 * Caps the host's lifetimes so that no token outlives its impersonation: the library's defaults are
 * an hour for access and ID tokens, and a number for refresh tokens starts anew at every rotation.
 */
export function cappedLifetimes(
  { clock, settings }: Pick<Ports, 'clock' | 'settings'>,
  host: Ttl = {},
): Ttl {
  const capped =
    (theirs: unknown, wanted: number, keeps: 'exp' | 'seconds' = 'exp'): Lifetime =>
    (ctx, token, client) => {
      const lifetime = theirs as Lifetime | number
      const impersonation = currentRequest()?.impersonation
      const ours = isImpersonated(token) || impersonation != null
      if (!ours) return typeof lifetime === 'number' ? lifetime : lifetime(ctx, token, client)
      const end = (impersonation?.expiresAt ?? 0) / 1000
      const now = epochSeconds(clock())
      const seconds = tokenSeconds(wanted, end, now)
      // Zero would be refused by the library with a 500; the truth is that it is over.
      if (seconds < 1) throw new errors.InvalidGrant('the impersonation is over')
      // The library adds them to its own time a moment later, which may be the next second already.
      if (keeps === 'seconds') return Math.max(1, tokenSeconds(wanted, end - 1, now))
      Object.assign(token, { exp: now + seconds })
      return seconds
    }
  const lifetimes: Record<string, Lifetime> = {
    AccessToken: capped(host.AccessToken ?? accessTokenSeconds, settings.accessTokenSeconds),
    IdToken: capped(host.IdToken ?? HOUR, settings.accessTokenSeconds, 'seconds'),
    RefreshToken: capped(host.RefreshToken ?? refreshTokenSeconds, Infinity),
  }
  return { ...host, ...lifetimes }
}

/** What the library does where the host says nothing. */
const accessTokenSeconds = (
  _: unknown,
  token: { resourceServer?: { accessTokenTTL?: number } },
): number => token.resourceServer?.accessTokenTTL ?? HOUR

function refreshTokenSeconds(
  ctx: KoaContextWithOIDC | undefined,
  token: { isSenderConstrained(): boolean },
  client: { applicationType?: string; clientAuthMethod?: string },
): number {
  const rotated = ctx?.oidc.entities.RotatedRefreshToken
  const isPublicWeb = client.applicationType === 'web' && client.clientAuthMethod === 'none'
  const carriesOn = rotated !== undefined && isPublicWeb && !token.isSenderConstrained()
  return carriesOn ? rotated.remainingTTL : FORTNIGHT
}
