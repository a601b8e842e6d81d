import type { ImpersonationSession } from '../impersonation.ts'
import { useImpersonation } from './impersonation.ts'

/** Who is really here: the person impersonating, or null when nobody is. */
export function useActor(): ImpersonationSession['actor'] | null {
  const { status, session } = useImpersonation()
  return status === 'active' && session ? session.actor : null
}
