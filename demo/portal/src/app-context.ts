import { createContext, useContext } from 'react'
import type { Api } from '../../shared/api.ts'
import type { OwnSession } from '../../shared/own-session.ts'

/** What every part of the portal may use. */
export interface App {
  readonly api: Api
  readonly own: OwnSession
  /** Says something to the person, aloud as well. */
  readonly say: (text: string) => void
}

export const AppContext: React.Context<App | null> = createContext<App | null>(null)

export function useApp(): App {
  const app = useContext(AppContext)
  if (app === null) throw new Error('no app around this component')
  return app
}
