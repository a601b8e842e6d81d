import { ImpersonationError } from './impersonation-error.ts'
import type { Page } from './page.ts'
import { PRIVATE } from './private-request.ts'

/** Of the tokens of the tab. */
interface Renewable {
  /** Renews unless that token is no longer the current one. */
  renew(stale: string): Promise<void>
  over(reason: 'revoked'): void
}

/**
 * Sends a request as the impersonated user, or without a token to where none may go.
 *
 * @throws ImpersonationError
 */
export async function guardedFetch(
  { state, options }: Page,
  tab: Renewable,
  request: Request,
  accessToken: () => Promise<string>,
): Promise<Response> {
  // For a message before the round trip: the API decides.
  if (state.session?.mode === 'read_only' && !/^(GET|HEAD|OPTIONS)$/i.test(request.method))
    throw new ImpersonationError('IMPERSONATION_READ_ONLY')
  const { api = [location.origin] } = options
  if (!api.includes(new URL(request.url).origin)) return fetch(request)
  const again = request.clone()
  const send = async (from: Request, token: string): Promise<Response> => {
    const headers = new Headers(from.headers)
    headers.set('authorization', `Bearer ${token}`)
    const answer = await fetch(new Request(from, { ...PRIVATE, headers }))
    if (answer.status !== 401) return answer
    const body = (await answer.clone().json().catch(Object)) as { code?: string } | null
    if (body?.code !== 'IMPERSONATION_ENDED') return answer
    tab.over('revoked')
    throw new ImpersonationError('IMPERSONATION_ENDED')
  }
  const token = await accessToken()
  const answer = await send(request, token)
  if (answer.status !== 401) return answer
  await tab.renew(token)
  return send(again, await accessToken())
}
