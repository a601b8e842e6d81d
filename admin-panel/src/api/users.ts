import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import type { Mode, Person } from './impersonations.ts'
import type { List, Params } from './list.ts'
import { useList } from './list.ts'
import type { Problem } from './problem.ts'
import { path, request } from './request.ts'

export interface User {
  readonly sub: string
  readonly email: string
  readonly name: string
  readonly organization: { readonly id: string; readonly name: string } | null
  readonly roles: readonly string[]
  readonly status: 'active' | 'disabled'
  readonly last_login_at: string | null
}

export interface SignIn {
  readonly id: string
  readonly signed_in_at: string
  readonly expires_at: string
  readonly amr: readonly string[]
  readonly apps: readonly string[]
}

export interface Consent {
  readonly app: string
  readonly scope: string
  readonly granted_at: string
  readonly revoked_at: string | null
}

export interface ConsentRequest {
  readonly id: string
  readonly app: { readonly client_id: string; readonly name: string | null }
  readonly actor: Person
  readonly subject: Person
  readonly reason: string
  readonly mode: Mode
  readonly status: 'pending' | 'accepted' | 'declined' | 'expired'
  readonly requested_at: string
  readonly expires_at: string
  readonly decided_at: string | null
}

type Answer<Data> = UseQueryResult<Data, Problem>

export const useUsers = (params: Params, enabled = true): Answer<List<User>> =>
  useList<User>('/api/users', params, { enabled })

export const useUser = (sub: string): Answer<User> =>
  useQuery<User, Problem>({
    queryKey: ['user', sub],
    queryFn: ({ signal }) => request('GET', path('users', sub), undefined, signal),
  })

/** As many as the API gives at once: nobody uses more apps than that. */
const MOST = 100

export const useSignIns = (sub: string): Answer<List<SignIn>> =>
  useList<SignIn>(path('users', sub, 'sessions'), { limit: MOST })

export const useConsents = (sub: string): Answer<List<Consent>> =>
  useList<Consent>(path('users', sub, 'consents'), { limit: MOST })

export const useConsentRequests = (sub: string, enabled = true): Answer<List<ConsentRequest>> =>
  useList<ConsentRequest>(path('users', sub, 'consent-requests'), {}, { enabled })

export const requestConsent = (
  sub: string,
  app: string,
  body: { readonly reason: string; readonly mode: Mode },
): Promise<ConsentRequest> => request('POST', path('users', sub, 'consent-requests', app), body)
