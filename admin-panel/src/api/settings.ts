import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import type { Problem } from './problem.ts'
import { request } from './request.ts'

export interface RoleSetting {
  readonly role: string
  readonly accesses: readonly string[]
  readonly allowed: boolean
  readonly may_impersonate: boolean
  readonly within: string | null
}

export interface Settings {
  readonly policy: Readonly<Record<string, unknown>>
  readonly roles: readonly RoleSetting[]
}

export const useSettings = (): UseQueryResult<Settings, Problem> =>
  useQuery<Settings, Problem>({
    queryKey: ['settings'],
    queryFn: ({ signal }) => request('GET', '/api/settings', undefined, signal),
  })
