import { useImpersonation } from '@understudy/sdk/react'
import { useSyncExternalStore } from 'react'
import type { OwnSessionState } from '../../shared/own-session.ts'
import { useApp } from './app-context.ts'

export function useOwnSession(): OwnSessionState {
  const { own } = useApp()
  return useSyncExternalStore(
    (listener) => own.subscribe(listener),
    () => own.state,
  )
}

/** Whose things are shown: the impersonated customer's, else those of who signed in. */
export function useCustomer(): { readonly name: string; readonly email: string } {
  const { session } = useImpersonation()
  const own = useOwnSession()
  if (session === null) return own
  const { name, email, sub } = session.subject
  return { name: name ?? email ?? sub, email: email ?? '' }
}
