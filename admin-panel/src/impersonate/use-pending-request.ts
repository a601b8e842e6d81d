import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { List } from '../api/list.ts'
import type { Problem } from '../api/problem.ts'
import { path, request } from '../api/request.ts'
import type { ConsentRequest } from '../api/users.ts'

interface Asked {
  readonly pending: ConsentRequest | undefined
  readonly declined: boolean
}

/** The open request for the app, looked at every few seconds: the answer may come while one waits. */
export function usePendingRequest(sub: string, app: string): Asked {
  const client = useQueryClient()
  const at = path('users', sub, 'consent-requests')
  const { data } = useQuery<List<ConsentRequest>, Problem>({
    queryKey: [at, {}],
    queryFn: ({ signal }) => request('GET', at, undefined, signal),
    refetchInterval: 5000,
  })
  const latest = data?.items.find((one) => one.app.client_id === app)
  const status = latest?.status
  useEffect(() => {
    const reread = (): void =>
      void client.invalidateQueries({ queryKey: [path('users', sub, 'consents')] })
    if (status === 'accepted') {
      void client.invalidateQueries({ queryKey: ['check'] })
      reread()
    }
    // The dry run may hear of the consent first, and then nobody waits for the answer any more.
    return reread
  }, [status, client, sub])
  return {
    pending: status === 'pending' ? latest : undefined,
    declined: status === 'declined',
  }
}
