import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import type { Problem } from './problem.ts'
import { address, request } from './request.ts'

export interface List<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
  /** When it was asked for and can be told; 10 001 is more than 10 000. */
  readonly total?: number | null
}

export type Params = Readonly<Record<string, string | number | undefined>>

interface ListOptions {
  readonly enabled?: boolean
  readonly refetchInterval?: number | false
}

/** One page of a list. Its rows stay while another page or filter of the same list is on its way. */
export const useList = <Item>(
  at: string,
  params: Params,
  { enabled = true, refetchInterval = false }: ListOptions = {},
): UseQueryResult<List<Item>, Problem> =>
  useQuery<List<Item>, Problem>({
    queryKey: [at, params],
    queryFn: ({ signal }) => request('GET', address(at, params), undefined, signal),
    placeholderData: (before, query) => (query?.queryKey[0] === at ? before : undefined),
    enabled,
    refetchInterval,
  })
