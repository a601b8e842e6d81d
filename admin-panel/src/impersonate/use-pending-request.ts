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
    if (status === 'accepted') void client.invalidateQueries({ queryKey: ['check'] })
    // Whenever it is another one, and when the dry run hears of the consent first and nobody waits any more.
    return () => void client.invalidateQueries({ queryKey: [path('users', sub, 'consents')] })
  }, [status, client, sub])
  return {
    pending: status === 'pending' ? latest : undefined,
    declined: status === 'declined',
  }
}
