import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import type { Problem } from '../api/problem.ts'
import { Failure } from './failure.tsx'
import { Loading } from './loading.tsx'
import { Stale } from './stale.tsx'

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data, Problem>
  readonly lines?: number
  readonly children: (data: Data) => ReactNode
}

/** Waiting, failed, old or there: in this order, the same everywhere. */
export function Loaded<Data>({ query, lines, children }: LoadedProps<Data>): ReactElement {
  const { data, error, isPlaceholderData } = query
  const retry = (): void => void query.refetch()
  // Rows of another filter would pass for the answer to this one.
  if (error !== null && (data === undefined || isPlaceholderData || !error.retryable)) {
    return <Failure problem={error} retry={retry} />
  }
  if (data === undefined) return <Loading {...(lines !== undefined && { lines })} />
  return (
    <>
      {error !== null && <Stale since={query.dataUpdatedAt} retry={retry} />}
      {children(data)}
    </>
  )
}
