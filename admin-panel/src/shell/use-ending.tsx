import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { endImpersonation } from '../api/impersonations.ts'
import { Problem } from '../api/problem.ts'
import { useProblemWords } from '../states/problem-words.ts'
import { toast } from './toast.ts'

interface Ending {
  readonly end: (id: string, then?: () => void) => Promise<void>
  readonly busy: boolean
}

/** Ends one, and lets every list know; what could not be ended is said. */
export function useEnding(): Ending {
  const client = useQueryClient()
  const words = useProblemWords()
  const [busy, setBusy] = useState(false)
  const running = useRef(false)
  const end = async (id: string, then?: () => void): Promise<void> => {
    if (running.current) return
    running.current = true
    setBusy(true)
    try {
      await endImpersonation(id)
      then?.()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const { what, why } = words(error)
      toast({ color: 'red', title: what, message: why })
    } finally {
      running.current = false
      setBusy(false)
      await client.invalidateQueries()
    }
  }
  return { end, busy }
}
