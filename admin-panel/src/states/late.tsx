import type { ReactElement, ReactNode } from 'react'
import { useEffect, useState } from 'react'

const PATIENCE_MS = 150

/** Shows its content only when the wait is long enough to be noticed; a flash is worse than nothing. */
export function Late({ children }: { readonly children: ReactNode }): ReactElement | null {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => {
      setLate(true)
    }, PATIENCE_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [])
  return late ? <>{children}</> : null
}
