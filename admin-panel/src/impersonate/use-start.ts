import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { App } from '../api/apps.ts'
import { Problem } from '../api/problem.ts'
import type { Started, Wish } from '../api/start.ts'
import { start } from '../api/start.ts'
import type { User } from '../api/users.ts'

export interface Starting {
  readonly run: (endCurrent: boolean) => Promise<void>
  readonly busy: boolean
  readonly problem: Problem | null
}

/** Starts once, however often the button is pressed. */
export function useStart(
  user: User,
  app: App | undefined,
  wish: Wish,
  onStarted: (app: App, started: Started) => void,
): Starting {
  const client = useQueryClient()
  const running = useRef(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const run = async (endCurrent: boolean): Promise<void> => {
    if (running.current || app === undefined) return
    running.current = true
    setBusy(true)
    setProblem(null)
    try {
      const body = { ...wish, ...(endCurrent && { endCurrent: true as const }) }
      onStarted(app, await start(user.sub, app.client_id, body))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setProblem(error)
      // What was true when it was checked may not be any more: ask again.
      void client.invalidateQueries()
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  return { run, busy, problem }
}
