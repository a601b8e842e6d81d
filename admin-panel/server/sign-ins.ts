import type { Seal } from './seal.ts'
import type { Session } from './sessions.ts'

/** A browser that was sent to the issuer and has not come back yet. */
export interface SignIn {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
  /** Who was signed in when it began. */
  readonly before: Pick<Session, 'key' | 'sub'> | null
  /** For a step-up: how recent the login must be, in seconds. */
  readonly maxAge: number | null
}

export interface SignIns {
  /** @returns what this browser's cookie must say when it comes back */
  begin(signIn: SignIn): string
  /** Once: a second return with the same state finds nothing, nor does another browser's. */
  take(state: string, cookie: string | null): SignIn | undefined
}

export const SIGN_IN_SECONDS: number = 10 * 60
/** A code is good for once at the issuer, too, so there may be an end to how many are remembered. */
const MANY = 5000

interface Begun extends SignIn {
  readonly at: number
}

/**
 * The browser keeps its own, sealed: anybody can begin a sign-in, and whatever the panel kept of it
 * would be filled up by strangers (CWE-770). Only one that has come back is remembered.
 */
export function createSignIns(seal: Seal, clock: () => number): SignIns {
  const taken = new Set<string>()
  const take = (state: string): void => {
    const [oldest] = taken
    if (taken.size >= MANY && oldest !== undefined) taken.delete(oldest)
    taken.add(state)
  }
  return {
    begin: (signIn) =>
      seal.close(JSON.stringify({ ...signIn, at: clock() }), 'sign-in', signIn.state),
    take(state, cookie) {
      if (cookie === null || taken.has(state)) return undefined
      const text = seal.open(cookie, 'sign-in', state)
      if (text === null) return undefined
      take(state)
      const { at, ...signIn } = JSON.parse(text) as Begun
      return clock() - at < SIGN_IN_SECONDS * 1000 ? signIn : undefined
    },
  }
}
