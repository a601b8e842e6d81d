import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import type { List, Params } from './list.ts'
import { useList } from './list.ts'
import type { Problem } from './problem.ts'
import { path, request } from './request.ts'

export interface App {
  readonly client_id: string
  readonly name: string
  readonly type: 'spa' | 'web' | 's2s'
  readonly enabled: boolean
  readonly require_consent: boolean
  readonly redirect_uris: readonly string[]
}

export const useApps = (
  params: Params = { limit: 100 },
  enabled = true,
): UseQueryResult<List<App>, Problem> => useList<App>('/api/apps', params, { enabled })

/** The app as it is registered now, and a few seconds later again. */
export const useAppNow = (id: string): UseQueryResult<App, Problem> =>
  useQuery<App, Problem>({
    queryKey: ['app', id],
    queryFn: ({ signal }) => request('GET', path('apps', id), undefined, signal),
    staleTime: 0,
    refetchInterval: 2000,
  })
