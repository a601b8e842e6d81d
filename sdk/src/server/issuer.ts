import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'

/** What a service may be given a token for. */
type Scope = 'read_impersonation' | 'write_impersonation_event'

type Json = Readonly<Record<string, unknown>>

/** What the issuer said; `body` is empty when it was no JSON object. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}

/** The routes of the issuer. All throw Refusal UNAVAILABLE when they cannot be asked. */
export interface Issuer {
  /** The claims of a live opaque access token (RFC 7662); `null` when it is not one. */
  introspect(token: string): Promise<Json | null>
  /** Whether an opaque token that is not active was that of an impersonation which has ended. */
  wasImpersonation(token: string): Promise<boolean>
  /** Whether an impersonation lives; `null` when there is none of that id. */
  isActive(id: string): Promise<boolean | null>
  report(id: string, events: readonly unknown[]): Promise<Answer>
  /** The `Authorization` of this service, renewed shortly before it expires or when `fresh`. */
  authorization(scope: Scope, fresh?: boolean): Promise<string>
}

export function createIssuer(settings: Settings): Issuer {
  const ask = createAsk(settings)
  // RFC 6749 §2.3.1: both parts are form-encoded first.
  const parts = [settings.clientId, settings.clientSecret].map(encodeURIComponent)
  const headers = { authorization: `Basic ${btoa(parts.join(':'))}` }
  const post = (path: string, form: Record<string, string>): Promise<Answer> =>
    ask(path, { method: 'POST', headers, body: new URLSearchParams(form) })
  const authorization = rememberTokens(settings, post)

  const call = async (scope: Scope, path: string, init: RequestInit = {}): Promise<Answer> => {
    const send = async (fresh: boolean): Promise<Answer> => {
      const service = { authorization: await authorization(scope, fresh) }
      return ask(`/api/v1/impersonations/${path}`, {
        ...init,
        headers: { ...service, 'content-type': 'application/json' },
      })
    }
    const answer = await send(false)
    // The issuer may have been set up anew since it gave us the token.
    return answer.status === 401 ? send(true) : answer
  }

  return {
    authorization,
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
      const answer = await call('read_impersonation', encodeURIComponent(id))
      const { status, body } = answer
      // A gateway's 404 says nothing about an impersonation.
      if (status === 404 && body['code'] === 'NOT_FOUND') return null
      const isOne = status === 200 && body['id'] === id
      if (isOne && (body['status'] === 'active' || body['status'] === 'ended'))
        return body['status'] === 'active'
      throw unexpected(answer)
    },
    report(id, events) {
      const body = JSON.stringify({ events })
      const path = `${encodeURIComponent(id)}/events`
      return call('write_impersonation_event', path, { method: 'POST', body })
    },
  }
}

type Ask = (path: string, init: RequestInit) => Promise<Answer>

const createAsk =
  ({ base, timeoutSeconds }: Settings): Ask =>
  async (path, init) => {
    try {
      const signal = AbortSignal.timeout(timeoutSeconds * 1000)
      const answer = await fetch(base + path, { redirect: 'manual', ...init, signal })
      return { status: answer.status, headers: answer.headers, body: objectIn(await answer.text()) }
    } catch (cause) {
      throw new Refusal('UNAVAILABLE', { cause })
    }
  }

/** Client-credentials tokens (RFC 6749 §4.4), one for each scope: a service may lack one of them. */
function rememberTokens(
  { clock }: Settings,
  post: (path: string, form: Record<string, string>) => Promise<Answer>,
): Issuer['authorization'] {
  const known = new Map<Scope, { readonly until: number; readonly token: Promise<string> }>()
  return (scope, fresh = false) => {
    const last = known.get(scope)
    if (!fresh && last !== undefined && clock() < last.until) return last.token
    const remember = (token: Promise<string>, seconds: number): Promise<string> => {
      known.set(scope, { token, until: clock() + seconds * 1000 })
      return token
    }
    const request = async (): Promise<string> => {
      const answer = await post('/token', { grant_type: 'client_credentials', scope })
      const { access_token: token, expires_in: seconds } = answer.body
      if (answer.status !== 200 || typeof token !== 'string') throw unexpected(answer)
      return remember(Promise.resolve(`Bearer ${token}`), (Number(seconds) || 60) - 30)
    }
    const token = request()
    // Nothing is learned from a question that could not be asked.
    token.catch(() => known.delete(scope))
    // Whoever asks meanwhile waits for the same answer.
    return remember(token, 60)
  }
}

const unexpected = ({ status }: Answer): Refusal =>
  new Refusal('UNAVAILABLE', { cause: new Error(`the issuer answered ${status}`) })

function objectIn(text: string): Json {
  try {
    return Object(JSON.parse(text)) as Json
  } catch {
    return {}
  }
}
