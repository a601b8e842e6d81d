import type { ImpersonationErrorCode } from './impersonation-error.ts'
import { ImpersonationError } from './impersonation-error.ts'
import type { ImpersonationState } from './impersonation.ts'
import type { ImpersonationOptions } from './options.ts'
import type { Kept, TokenStore } from './token-store.ts'
import { storeOf } from './token-store.ts'

/** What a page asks of the part that is loaded only when there is an impersonation. */
export interface Running {
  readonly freshToken: () => Promise<string>
  readonly fetch: (request: Request, accessToken: () => Promise<string>) => Promise<Response>
  readonly end: () => Promise<void>
}

/**
 * What every page has, also one that nobody is impersonated in: a state, and who listens to it. The
 * part that is loaded later gets here what it has in common with this one, so that it is one file.
 */
export interface Page {
  readonly options: ImpersonationOptions
  /** The key of the store and the name of the channel: other apps of the origin have others. */
  readonly name: string
  readonly store: TokenStore
  readonly listeners: Set<() => void>
  state: ImpersonationState
  /** Whether what the page shows may be of an impersonation. */
  hasRun: boolean
  /** The token of a link, or why it is refused. */
  link: string | ImpersonationError | null
  kept: Kept | null
  running: Running | null
  /** Moves to another state and tells those who listen. */
  readonly become: (
    status: ImpersonationState['status'],
    more?: Partial<ImpersonationState>,
  ) => void
  readonly problem: (
    code: ImpersonationErrorCode,
    ...more: readonly [cause?: unknown, retryable?: boolean, requestId?: string | null]
  ) => ImpersonationError
}

export function createPage(options: ImpersonationOptions): Page {
  const name = `understudy.${options.clientId}`
  const page: Page = {
    options,
    name,
    store: storeOf(options.storage, name),
    listeners: new Set(),
    state: { status: 'idle', session: null, error: null },
    hasRun: false,
    link: null,
    kept: null,
    running: null,
    become(status, more) {
      page.state = { status, session: null, error: null, ...more }
      for (const listener of page.listeners)
        try {
          listener()
        } catch (error) {
          // What draws wrongly must not leave half a session behind.
          reportError(error)
        }
    },
    problem: (...about) => new ImpersonationError(...about),
  }
  return page
}
