import { keyOf, newId } from './session-ids.ts'
import type { Session } from './sessions.ts'

/** A browser that was sent to the issuer and has not come back yet. */
export interface SignIn {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
  /** Who was signed in when it began. */
  readonly before: Session | null
  /** For a step-up: how recent the login must be, in seconds. */
  readonly maxAge: number | null
}

export interface SignIns {
  /**
   * @param browser what the browser's cookie says; kept when another tab of it is on its way, too.
   * @returns what the cookie must say from now on
   */
  begin(signIn: SignIn, browser: string | null): string
  /** Once: a second return with the same state finds nothing, nor does another browser's. */
  take(state: string | null, browser: string | null): SignIn | undefined
}

const LIFE_MS = 10 * 60_000
/** Anybody can begin one, so there is an end to how many are remembered. */
const MANY = 5000

interface Begun extends SignIn {
  readonly browser: string
  readonly at: number
}

export function createSignIns(clock: () => number): SignIns {
  const begun = new Map<string, Begun>()
  const makeRoom = (now: number): void => {
    for (const [state, { at }] of begun) {
      if (now - at < LIFE_MS && begun.size < MANY) break
      begun.delete(state)
    }
  }
  const isKnown = (browser: string): boolean => {
    const key = keyOf(browser)
    return [...begun.values()].some((each) => each.browser === key)
  }
  return {
    begin(signIn, browser) {
      const now = clock()
      makeRoom(now)
      const id = browser !== null && isKnown(browser) ? browser : newId()
      begun.set(signIn.state, { ...signIn, browser: keyOf(id), at: now })
      return id
    },
    take(state, browser) {
      const found = begun.get(state ?? '')
      if (found === undefined || found.browser !== keyOf(browser ?? '')) return undefined
      begun.delete(found.state)
      return clock() - found.at < LIFE_MS ? found : undefined
    },
  }
}
