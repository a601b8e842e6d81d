import { QueryCache, QueryClient } from '@tanstack/react-query'
import { isProblem, Problem } from './problem.ts'

/** The session's end is everybody's business; it is told once, by the shell. */
export const createQueryClient = (onSessionExpired: () => void): QueryClient =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isProblem(error, 'SESSION_EXPIRED')) onSessionExpired()
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5000,
        retry: (failures, error) => error instanceof Problem && error.retryable && failures < 1,
        retryDelay: 800,
        // Without a network an error is shown, not a page that waits for ever.
        networkMode: 'always',
      },
    },
  })
