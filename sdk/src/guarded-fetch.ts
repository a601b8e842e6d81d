import { ImpersonationError } from './impersonation-error.ts'
import { PRIVATE } from './private-request.ts'

/** The rules of one impersonation for a request of the app. */
export interface Guard {
  readonly isReadOnly: boolean
  readonly origins: readonly string[]
  readonly accessToken: () => Promise<string>
  /** Renews unless that token is no longer the current one. */
  readonly renew: (stale: string) => Promise<void>
  /** The API says that it is over. */
  readonly ended: () => void
}

/**
 * Sends a request as the impersonated user, or without a token to where none may go.
 *
 * @throws ImpersonationError
 */
export async function guardedFetch(request: Request, guard: Guard): Promise<Response> {
  // For a message before the round trip: the API decides.
  if (guard.isReadOnly && !/^(GET|HEAD|OPTIONS)$/i.test(request.method))
    throw new ImpersonationError('IMPERSONATION_READ_ONLY')
  if (!guard.origins.includes(new URL(request.url).origin)) return fetch(request)
  const again = request.clone()
  const send = async (from: Request, token: string): Promise<Response> => {
    const headers = new Headers(from.headers)
    headers.set('authorization', `Bearer ${token}`)
    const answer = await fetch(new Request(from, { ...PRIVATE, headers }))
    if (answer.status === 401 && (await isEnded(answer.clone()))) {
      guard.ended()
      throw new ImpersonationError('IMPERSONATION_ENDED')
    }
    return answer
  }
  const token = await guard.accessToken()
  const answer = await send(request, token)
  if (answer.status !== 401) return answer
  await guard.renew(token)
  return send(again, await guard.accessToken())
}

async function isEnded(answer: Response): Promise<boolean> {
  const body = (await answer.json().catch(() => null)) as { code?: string } | null
  return body?.code === 'IMPERSONATION_ENDED'
}
