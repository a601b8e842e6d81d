import type { ImpersonationErrorCode } from './impersonation-error.ts'
import { ImpersonationError } from './impersonation-error.ts'
import { claimsOf } from './id-token.ts'
import { clock } from './monotonic-clock.ts'
import type { ImpersonationOptions } from './options.ts'
import { request } from './private-request.ts'
import type { Answer } from './private-request.ts'
import type { Kept } from './token-store.ts'

/** The four routes of the issuer that an app needs. */
export interface Issuer {
  /**
   * Exchanges a link's token, or renews what is kept.
   *
   * @throws ImpersonationError
   */
  readonly grant: (refreshToken: string, kept?: Kept, resource?: string) => Promise<Kept>
  readonly read: (kept: Kept) => Promise<Answer>
  /** Never throws: whoever ends is done here, whatever becomes of it there. */
  readonly end: (kept: Kept) => Promise<void>
}

interface TokenAnswer {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly id_token: string
  readonly error: unknown
}

export function createIssuer({ issuer, clientId }: ImpersonationOptions): Issuer {
  const post = (path: string, form: Record<string, string>): Promise<Answer> => {
    const body = new URLSearchParams({ client_id: clientId, ...form })
    return request(issuer + path, { method: 'POST', body, keepalive: true })
  }
  const ask = ({ ownToken }: Kept, path = '', method = 'GET'): Promise<Answer> =>
    request(`${issuer}/api/v1/impersonation${path}`, {
      method,
      headers: { authorization: `Bearer ${ownToken}` },
      keepalive: true,
    })
  const revoke = (token: string): Promise<unknown> =>
    post('/token/revocation', { token }).catch(() => null)

  return {
    async grant(refreshToken, kept, resource) {
      const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
      const answer = await post('/token', resource ? { ...form, resource } : form)
      const { status, isRetryable, requestId } = answer
      const body = answer.body as unknown as TokenAnswer
      const { access_token: accessToken, refresh_token: next, expires_in: seconds } = body
      const problem = (code: ImpersonationErrorCode): ImpersonationError =>
        new ImpersonationError(code, body.error, isRetryable, requestId)
      if (body.error === 'invalid_grant') throw problem(kept ? 'IMPERSONATION_ENDED' : 'LINK_SPENT')
      if (status !== 200 || !accessToken || !next || !(seconds > 0)) throw problem('ISSUER_FAILED')

      // It came from the token endpoint itself (OIDC Core §3.1.3.7); of the same user (§12.2).
      const { iss, aud, sub, act, iat, impersonation_id: id } = claimsOf(body.id_token)
      const actor = act?.sub
      const isOurs = iss === issuer && String(aud) === clientId && actor && id && sub && iat
      if (!isOurs || (kept && (kept.id !== id || kept.sub !== sub || kept.actor !== actor))) {
        // An ordinary sign-in of whoever made the link would put us into their account (login CSRF).
        await Promise.all([next, accessToken].map(revoke))
        throw problem(actor ? 'ID_TOKEN_MISMATCH' : 'IMPERSONATION_NOT_CONFIRMED')
      }
      const at = clock()
      return {
        id,
        sub,
        actor,
        at,
        issuedAt: iat * 1000,
        turn: (kept?.turn ?? 0) + 1,
        refreshToken: next,
        accessToken,
        ownToken: resource && kept ? kept.ownToken : accessToken,
        staleAt: at + seconds * 900,
      }
    },
    read: (kept) => ask(kept),
    async end(kept) {
      const answer = await ask(kept, '/end', 'POST').catch(() => null)
      if (answer?.status !== 204) await revoke(kept.refreshToken)
    },
  }
}
