import type { Answer, Json } from './ask.ts'
import { createAsk, unexpected } from './ask.ts'
import { createAskAs } from './ask-as.ts'
import type { Settings } from './options.ts'
import { createServiceTokens } from './service-tokens.ts'

/** The routes of the issuer. All throw Refusal UNAVAILABLE when they cannot be asked. */
export interface Issuer {
  /** The claims of a live opaque access token (RFC 7662); `null` when it is not one. */
  introspect(token: string): Promise<Json | null>
  /** Whether an opaque token that is not active was that of an impersonation which has ended. */
  wasImpersonation(token: string): Promise<boolean>
  /** Whether an impersonation lives; `null` when there is none of that id. */
  isActive(id: string): Promise<boolean | null>
  report(id: string, events: readonly unknown[]): Promise<Answer>
  /** The feed of ended impersonations, from where it was read last. */
  follow(cursor: string | null, signal: AbortSignal): Promise<Answer>
}

export function createIssuer(settings: Settings): Issuer {
  const ask = createAsk(settings)
  // RFC 6749 §2.3.1: both parts are form-encoded first.
  const parts = [settings.clientId, settings.clientSecret].map(encodeURIComponent)
  const headers = { authorization: `Basic ${btoa(parts.join(':'))}` }
  const post = (path: string, form: Record<string, string>): Promise<Answer> =>
    ask(path, { method: 'POST', headers, body: new URLSearchParams(form) })
  const askAs = createAskAs(ask, createServiceTokens(settings, post))
  const insist: typeof askAs = async (...question) => {
    const answer = await askAs(...question)
    return answer.status === 401 ? askAs(...question) : answer
  }

  return {
    async introspect(token) {
      const form = { token, token_type_hint: 'access_token' }
      const answer = await post('/token/introspection', form)
      const { active } = answer.body
      if (answer.status !== 200 || typeof active !== 'boolean') throw unexpected(answer)
      return active ? answer.body : null
    },
    async wasImpersonation(token) {
      const own = { headers: { authorization: `Bearer ${token}` } }
      const { status, body } = await ask('/api/v1/impersonation', own)
      return status === 401 && body['code'] === 'IMPERSONATION_ENDED'
    },
    async isActive(id) {
      const answer = await insist('read_impersonation', encodeURIComponent(id))
      const { status, body } = answer
      // A gateway's 404 says nothing about an impersonation.
      if (status === 404 && body['code'] === 'NOT_FOUND') return null
      const isActive = body['status'] === 'active'
      if (status === 200 && body['id'] === id && (isActive || body['status'] === 'ended'))
        return isActive
      throw unexpected(answer)
    },
    report: (id, events) =>
      insist('write_impersonation_event', `${encodeURIComponent(id)}/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ events }),
      }),
    follow: (cursor, signal) =>
      // Not twice: whoever follows comes back later, with a new token.
      askAs('read_impersonation', 'ended', {
        headers: {
          accept: 'text/event-stream',
          ...(cursor !== null && { 'last-event-id': cursor }),
        },
        signal,
      }),
  }
}
