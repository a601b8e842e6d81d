import { useCallback, useEffect, useState } from 'react'
import { useApp } from './app-context.ts'

export interface Loaded<T> {
  readonly data: T | null
  readonly problem: string | null
  readonly reload: () => Promise<void>
}

/** What the API has at a path. While it is asked again, what was there stays. */
export function useLoaded<T>(path: string): Loaded<T> {
  const { api } = useApp()
  const [data, setData] = useState<T | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const reload = useCallback(async () => {
    try {
      setData(await api.get<T>(path))
      setProblem(null)
    } catch (error) {
      setProblem((error as Error).message)
    }
  }, [api, path])
  useEffect(() => {
    void reload()
  }, [reload])
  return { data, problem, reload }
}
