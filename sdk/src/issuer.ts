import { claimsOf } from './id-token.ts'
import { clock } from './monotonic-clock.ts'
import type { Page } from './page.ts'
import type { Answer } from './private-request.ts'
import { request } from './private-request.ts'
import type { Kept } from './token-store.ts'

/** The four routes of the issuer that an app needs. */
export interface Issuer {
  /**
   * Exchanges a link's token, or renews what is kept: the token for the API when one is named, else
   * the issuer's own.
   *
   * @throws ImpersonationError
   */
  readonly grant: (refreshToken: string, kept?: Kept, api?: string) => Promise<Kept>
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

export function createIssuer(page: Page): Issuer {
  const { issuer, clientId, resource } = page.options
  const post = (path: string, form: Record<string, string>): Promise<Answer> => {
    const body = new URLSearchParams({ client_id: clientId, ...form })
    return request(page, issuer + path, { method: 'POST', body })
  }
  const ask = ({ ownToken }: Kept, path = '', method = 'GET'): Promise<Answer> => {
    const headers = { authorization: `Bearer ${ownToken}` }
    return request(page, `${issuer}/api/v1/impersonation${path}`, { method, headers })
  }
  const revoke = (token: string): Promise<unknown> =>
    post('/token/revocation', { token }).catch(() => null)

  return {
    async grant(refreshToken, kept, api) {
      const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
      const answer = await post('/token', api ? { ...form, resource: api } : form)
      const { status, problem } = answer
      const body = answer.body as unknown as TokenAnswer
      const { access_token: token, refresh_token: next, expires_in: seconds } = body
      if (body.error === 'invalid_grant') throw problem(kept ? 'IMPERSONATION_ENDED' : 'LINK_SPENT')
      if (status !== 200 || !token || !next || !(seconds > 0)) throw problem('ISSUER_FAILED')

      // It came from the token endpoint itself (OIDC Core §3.1.3.7); of the same user (§12.2).
      const { iss, aud, sub, act, iat, impersonation_id: id } = claimsOf(body.id_token)
      const actor = act?.sub
      const isOurs = iss === issuer && String(aud) === clientId && actor && id && sub && iat
      if (!isOurs || (kept && (kept.id !== id || kept.sub !== sub || kept.actor !== actor))) {
        // An ordinary sign-in of whoever made the link would put us into their account (login CSRF).
        await Promise.all([next, token].map(revoke))
        throw problem(actor ? 'ID_TOKEN_MISMATCH' : 'IMPERSONATION_NOT_CONFIRMED')
      }
      const at = clock()
      const staleAt = at + seconds * 900
      return {
        // The API's own token follows with the first request.
        accessToken: '',
        staleAt: 0,
        ...kept,
        ...(api && kept ? kept : { ownToken: token, ownStaleAt: staleAt }),
        ...(api === resource && { accessToken: token, staleAt }),
        id,
        sub,
        actor,
        at,
        issuedAt: iat * 1000,
        turn: (kept?.turn ?? 0) + 1,
        refreshToken: next,
      }
    },
    read: (kept) => ask(kept),
    async end(kept) {
      const answer = await ask(kept, '/end', 'POST').catch(() => null)
      if (answer?.status !== 204) await revoke(kept.refreshToken)
    },
  }
}
