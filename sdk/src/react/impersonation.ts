import { useCallback, useContext, useSyncExternalStore } from 'react'
import type { Impersonation, ImpersonationState } from '../impersonation.ts'
import { ImpersonationContext } from './provider.tsx'

/** The state, and the impersonation itself for `end`, `fetch` and the like. */
export interface UsedImpersonation extends ImpersonationState {
  readonly impersonation: Impersonation
}

const idle: ImpersonationState = { status: 'idle', session: null, error: null }

/**
 * The impersonation this app is in; renders again whenever its state changes. On a server it is idle.
 *
 * @throws Error outside of an `ImpersonationProvider`.
 */
export function useImpersonation(): UsedImpersonation {
  const impersonation = useContext(ImpersonationContext)
  if (!impersonation) throw new Error('useImpersonation needs an <ImpersonationProvider> above it')
  const state = useSyncExternalStore(
    useCallback((listener: () => void) => impersonation.subscribe(listener), [impersonation]),
    () => impersonation.state,
    () => idle,
  )
  return { ...state, impersonation }
}
