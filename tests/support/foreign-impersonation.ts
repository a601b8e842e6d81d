import type { ForeignHost } from './foreign-host.ts'
import type { Answer, Grant } from './oauth-client.ts'
import { basic, bearer, get, postForm, postJson, signIn } from './oauth-client.ts'

export const MFA = 'urn:understudy:acr:mfa'

export interface StartBody {
  readonly refresh_token: string
  readonly refresh_token_expires_in: number
  readonly refresh_token_expires_on: number
  readonly impersonation_id: string
  readonly mode: string
  readonly links: readonly string[]
}

/** What each party does at a foreign host, one call each. */
export interface ForeignParties {
  serviceToken(scope?: string): Promise<string>
  /** An administrator signs in at the panel, with a second factor. */
  adminToken(sub?: string): Promise<string>
  customerSignsIn(scope?: string): Promise<Grant>
  start(body?: Record<string, unknown>, actor?: string): Promise<Answer>
  started(body?: Record<string, unknown>, actor?: string): Promise<StartBody>
  refresh(token: string, more?: Record<string, string>): Promise<Answer>
  refreshed(token: string, more?: Record<string, string>): Promise<Grant>
  introspect(token: string): Promise<Answer>
  revoke(token: string): Promise<Answer>
  userinfo(token: string): Promise<Answer>
  current(token: string): Promise<Answer>
  end(token: string): Promise<Answer>
  /** Actions of the audit trail that concern an impersonation, oldest first, outbox included. */
  trail(impersonation: string): Promise<string[]>
}

const PANEL = {
  id: 'admin-panel',
  redirectUri: 'https://panel.foreign.test/callback',
  confidential: true,
} as const
const SPA = { id: 'spa', redirectUri: 'https://spa.foreign.test/callback' } as const

export function partiesOf(host: ForeignHost): ForeignParties {
  const { issuer, storage } = host
  const api = `${issuer}/api/v1`
  return {
    async serviceToken(scope = 'root') {
      const form = { grant_type: 'client_credentials', scope }
      const answer = await postForm(`${issuer}/token`, form, basic('backend'))
      return (answer.body as Grant).access_token
    },
    async adminToken(sub = 'boss') {
      const wish = { login_hint: sub, scope: 'openid', acr_values: MFA }
      return (await signIn(issuer, PANEL, wish)).access_token
    },
    customerSignsIn: (scope = 'openid profile orders:read') =>
      signIn(issuer, SPA, { login_hint: 'customer', scope, prompt: 'consent' }),
    async start(body = {}, actor = 'boss') {
      const impersonatorToken = await this.adminToken(actor)
      const service = await this.serviceToken()
      const url = `${api}/users/customer/impersonation/spa`
      return postJson(url, { impersonatorToken, ...body }, bearer(service))
    },
    async started(body, actor) {
      const answer = await this.start(body, actor)
      if (answer.status !== 200) throw new Error(`not started: ${JSON.stringify(answer.body)}`)
      return answer.body as StartBody
    },
    refresh: (token, more = {}) =>
      postForm(`${issuer}/token`, {
        grant_type: 'refresh_token',
        client_id: 'spa',
        refresh_token: token,
        ...more,
      }),
    async refreshed(token, more) {
      const answer = await this.refresh(token, more)
      if (answer.status !== 200) throw new Error(`not refreshed: ${JSON.stringify(answer.body)}`)
      return answer.body as Grant
    },
    introspect: (token) => postForm(`${issuer}/token/introspection`, { token }, basic('backend')),
    revoke: (token) => postForm(`${issuer}/token/revocation`, { token, client_id: 'spa' }),
    userinfo: (token) => get(`${issuer}/me`, bearer(token)),
    current: (token) => get(`${api}/impersonation`, bearer(token)),
    end: (token) => postJson(`${api}/impersonation/end`, undefined, bearer(token)),
    async trail(impersonation) {
      await storage.audit.flush()
      return (await storage.audit.timeline(impersonation)).events.map(({ action }) => action)
    },
  }
}
