import { PRIVATE } from './private-request.ts'
import { renew } from './renewal.ts'
import type { TabSession } from './tab-session.ts'
import { over } from './tab-session.ts'

/**
 * Sends a request as the impersonated user, or without a token to where none may go.
 *
 * @throws ImpersonationError
 */
export async function guardedFetch(
  tab: TabSession,
  request: Request,
  accessToken: () => Promise<string>,
): Promise<Response> {
  const { state, options, problem } = tab
  // For a message before the round trip: the API decides.
  if (state.session?.mode === 'read_only' && !/^(GET|HEAD|OPTIONS)$/i.test(request.method))
    throw problem('IMPERSONATION_READ_ONLY')
  const { api = [location.origin] } = options
  if (!api.includes(new URL(request.url).origin)) return fetch(request)
  const again = request.clone()
  const send = async (from: Request, token: string): Promise<Response> => {
    const ours = new Request(from, PRIVATE)
    ours.headers.set('authorization', `Bearer ${token}`)
    const answer = await fetch(ours)
    if (answer.status !== 401) return answer
    const body = (await answer.clone().json().catch(Object)) as { code?: string } | null
    if (body?.code !== 'IMPERSONATION_ENDED') return answer
    over(tab, 'revoked')
    throw problem('IMPERSONATION_ENDED')
  }
  const token = await accessToken()
  const answer = await send(request, token)
  if (answer.status !== 401) return answer
  await renew(tab, token)
  return send(again, await accessToken())
}
