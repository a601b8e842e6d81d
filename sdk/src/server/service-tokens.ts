import type { Answer } from './ask.ts'
import { unexpected } from './ask.ts'
import type { Settings } from './options.ts'

/** What a service may be given a token for. */
export type Scope = 'read_impersonation' | 'write_impersonation_event'

/** Held until then; whoever is refused with it sets that to 0. */
export interface ServiceToken {
  readonly authorization: Promise<string>
  until: number
}

/** Client-credentials tokens (RFC 6749 §4.4), one for each scope: a service may lack one of them. */
export function createServiceTokens(
  { clock }: Settings,
  post: (path: string, form: Record<string, string>) => Promise<Answer>,
): (scope: Scope) => ServiceToken {
  const known = new Map<Scope, ServiceToken>()
  return (scope) => {
    const last = known.get(scope)
    if (last !== undefined && clock() < last.until) return last
    const request = async (): Promise<string> => {
      const answer = await post('/token', { grant_type: 'client_credentials', scope })
      const { access_token: token, expires_in: seconds } = answer.body
      if (answer.status !== 200 || typeof token !== 'string') throw unexpected(answer)
      next.until = clock() + ((Number(seconds) || 60) - 30) * 1000
      return `Bearer ${token}`
    }
    // Whoever asks meanwhile waits for the same answer.
    const next = { until: clock() + 60_000, authorization: request() }
    known.set(scope, next)
    next.authorization.catch(() => {
      // Nothing is learned from a question that could not be asked.
      next.until = 0
    })
    return next
  }
}
