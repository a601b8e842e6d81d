import type { ReactNode } from 'react'
import { useImpersonation } from './impersonation.ts'

/** What `HideWhileImpersonating` takes. */
export interface HideWhileImpersonatingProps {
  readonly children?: ReactNode
  /** Shown instead; nothing unless given. */
  readonly fallback?: ReactNode
}

/** Leaves out what only the person themselves may see, from the moment a link is being picked up. */
export function HideWhileImpersonating({
  children,
  fallback = null,
}: HideWhileImpersonatingProps): ReactNode {
  const { status } = useImpersonation()
  return status === 'active' || status === 'pending' ? fallback : children
}
