import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import type { Mode } from './impersonations.ts'
import type { Problem } from './problem.ts'
import { path, request } from './request.ts'

export interface Wish {
  readonly mode: Mode
  readonly reason?: string
  readonly ticket?: string
}

export interface Started {
  readonly refresh_token: string
  readonly refresh_token_expires_in: number
  readonly refresh_token_expires_on: number
  readonly impersonation_id: string
  readonly mode: Mode
  readonly links: readonly string[]
}

interface Rule {
  readonly rule: string
  readonly passed: boolean
  readonly code?: string
  readonly description: string
}

export interface Check {
  readonly allowed: boolean
  readonly rules: readonly Rule[]
}

/** What would be refused, and why; nothing is started. */
export const useCheck = (
  sub: string,
  app: string | null,
  wish: Wish,
  enabled = true,
): UseQueryResult<Check, Problem> =>
  useQuery<Check, Problem>({
    queryKey: ['check', sub, app, wish],
    queryFn: ({ signal }) => request('POST', `${startPath(sub, app ?? '')}/check`, wish, signal),
    enabled: enabled && app !== null,
    // An answer about another app would be wrong; one about another reason is near enough.
    placeholderData: (before, query) =>
      query?.queryKey[1] === sub && query.queryKey[2] === app ? before : undefined,
    staleTime: 10_000,
    gcTime: 0,
    // Who waits in the dialog is not to be stuck on what has passed.
    refetchInterval: ({ state }) => (state.error?.retryable === true ? 4000 : false),
  })

/** Not a query nor a mutation: those keep what they were answered, and this answer is a secret. */
export const start = (
  sub: string,
  app: string,
  wish: Wish & { readonly endCurrent?: true },
): Promise<Started> => request('POST', startPath(sub, app), wish)

const startPath = (sub: string, app: string): string => path('users', sub, 'impersonation', app)
