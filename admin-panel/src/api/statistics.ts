import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import type { Problem } from './problem.ts'
import { request } from './request.ts'

export interface Day {
  readonly day: string
  readonly started: number
  readonly denied: number
}

export interface Statistics {
  readonly audit_verified: {
    readonly seq: number
    readonly at: string
    readonly valid: boolean
  } | null
  readonly active: number
  readonly started_24h: number
  readonly ended_24h: number
  readonly denied_24h: number
  readonly users: number
  readonly by_day: readonly Day[]
}

export const useStatistics = (enabled: boolean): UseQueryResult<Statistics, Problem> =>
  useQuery<Statistics, Problem>({
    queryKey: ['statistics'],
    queryFn: ({ signal }) => request('GET', '/api/statistics', undefined, signal),
    enabled,
  })
