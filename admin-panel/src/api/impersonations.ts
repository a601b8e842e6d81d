import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import type { AuditEvent } from './audit-events.ts'
import type { List, Params } from './list.ts'
import { useList } from './list.ts'
import type { Problem } from './problem.ts'
import { path, request } from './request.ts'

export type Mode = 'read_only' | 'full'

export interface Person {
  readonly sub: string
  readonly email: string | null
  readonly name: string | null
}

export interface Impersonation {
  readonly id: string
  readonly actor: Person
  readonly subject: Person
  readonly app: { readonly client_id: string; readonly name: string | null }
  readonly mode: Mode
  readonly reason: string | null
  readonly ticket: string | null
  readonly status: 'active' | 'ended'
  readonly started_at: string
  readonly expires_at: string
  readonly ended_at: string | null
  readonly ended_by: string | null
  readonly end_reason: string | null
}

export interface ImpersonationRecord extends Impersonation {
  readonly timeline: readonly AuditEvent[]
  /** Whether the oldest of what was done again and again is left out. */
  readonly timeline_truncated?: true
}

export const useImpersonations = (
  params: Params,
  options: { readonly enabled?: boolean; readonly refetchInterval?: number | false } = {},
): UseQueryResult<List<Impersonation>, Problem> =>
  useList<Impersonation>('/api/impersonations', params, options)

export const readImpersonation = (id: string, signal?: AbortSignal): Promise<ImpersonationRecord> =>
  request('GET', path('impersonations', id), undefined, signal)

export const useImpersonation = (id: string): UseQueryResult<ImpersonationRecord, Problem> =>
  useQuery<ImpersonationRecord, Problem>({
    queryKey: ['impersonation', id],
    queryFn: ({ signal }) => readImpersonation(id, signal),
  })

export const endImpersonation = (id: string): Promise<void> =>
  request('DELETE', path('impersonations', id))
