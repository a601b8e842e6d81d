import type { ReactElement } from 'react'
import { clock, secondsBetween } from './duration.ts'
import { useNow } from './now.ts'

/** Minutes and seconds left, for eyes; a screen reader is not told every second. */
export function Countdown({ until }: { readonly until: string }): ReactElement {
  const now = useNow()
  return (
    <span role="timer" className="live-left">
      {clock(-secondsBetween(until, now))}
    </span>
  )
}
