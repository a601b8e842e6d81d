import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import type { Access } from '../../tools/access.ts'
import type { Impersonation } from './impersonations.ts'
import type { Problem } from './problem.ts'
import { request } from './request.ts'

type AccessName = (typeof Access)[keyof typeof Access]

export interface Me {
  readonly user: {
    readonly sub: string
    readonly email: string
    readonly name: string
    readonly roles: readonly string[]
  }
  readonly accesses: readonly AccessName[]
  readonly issuer: string
  readonly mfa_at: string | null
  readonly idle_seconds: number
  readonly live: Impersonation | null
}

export const ME: readonly ['me'] = ['me']

/** While something is live, its end in another tab should not stay unnoticed for long. */
const interval = (me: Me | undefined): number | false => (me?.live ? 5000 : false)

export const ownSession: {
  readonly queryKey: typeof ME
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<Me>
} = {
  queryKey: ME,
  queryFn: ({ signal }) => request('GET', '/api/me', undefined, signal),
}

export const useMe = (): UseQueryResult<Me, Problem> =>
  useQuery<Me, Problem>({
    ...ownSession,
    refetchInterval: ({ state }) => interval(state.data),
    // Who comes back from the app's tab has often just ended it there.
    refetchOnWindowFocus: 'always',
  })

export const signOut = (): Promise<void> => request('POST', '/auth/logout', {})
