import type { UseQueryResult } from '@tanstack/react-query'
import type { List, Params } from './list.ts'
import { useList } from './list.ts'
import type { Problem } from './problem.ts'

export interface AuditEvent {
  readonly seq: number | null
  readonly id: string
  readonly at: string
  readonly action: string
  readonly outcome: 'success' | 'denied' | 'failure'
  readonly code: string | null
  readonly actor: string | null
  readonly s2s_client: string | null
  readonly subject: string | null
  readonly organization: string | null
  readonly app: string | null
  readonly impersonation: string | null
  readonly ip: string | null
  readonly user_agent: string | null
  readonly request_id: string | null
  readonly details: Readonly<Record<string, unknown>>
}

export const useAuditEvents = (
  params: Params,
  enabled = true,
): UseQueryResult<List<AuditEvent>, Problem> =>
  useList<AuditEvent>('/api/audit-events', params, { enabled })
