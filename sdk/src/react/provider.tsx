import { createContext, useInsertionEffect, type Context, type ReactNode } from 'react'
import type { Impersonation } from '../impersonation.ts'

/** Carries the impersonation of the provider above. */
export const ImpersonationContext: Context<Impersonation | null> =
  createContext<Impersonation | null>(null)

/** What `ImpersonationProvider` takes. */
export interface ImpersonationProviderProps {
  /** What `createImpersonation` gave; made once, outside of any component. */
  readonly impersonation: Impersonation
  readonly children?: ReactNode
}

/**
 * Gives the components below the impersonation, and starts it unless the app already did.
 * What goes wrong while starting is in `useImpersonation().error`.
 */
export function ImpersonationProvider({
  impersonation,
  children,
}: ImpersonationProviderProps): ReactNode {
  // Before any effect of the components below, which may ask for a token at once.
  useInsertionEffect(() => {
    impersonation.start().catch(() => {})
  }, [impersonation])
  return (
    <ImpersonationContext.Provider value={impersonation}>{children}</ImpersonationContext.Provider>
  )
}
