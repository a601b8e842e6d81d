import type { User } from './person.ts'
import { keyOf, newId } from './session-ids.ts'

/** Somebody who is signed in. No browser sees any of it. */
export interface Session {
  /** Under which it is kept. */
  readonly key: string
  readonly sub: string
  readonly createdAt: number
  usedAt: number
  tokens: Tokens
  /** When the second factor was used, in epoch milliseconds; `null` when it was not. */
  readonly mfaAt: number | null
  /** The renewal of the tokens that is under way. */
  renewal: Promise<void> | null
  /** The account as it was a moment ago. */
  known: { readonly user: Promise<User>; readonly at: number } | null
}

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string | null
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

export interface Sessions {
  /** @returns the id, which is kept nowhere here */
  open(session: Pick<Session, 'sub' | 'tokens' | 'mfaAt'>): string
  /** The session, unless it is over; using it keeps it alive, except in the background. */
  find(id: string | null, use: 'foreground' | 'background'): Session | undefined
  close(session: Pick<Session, 'key'>): void
}

export const IDLE_MS: number = 15 * 60_000
const ABSOLUTE_MS = 8 * 3_600_000
/** More than that is no crowd of administrators. */
const MANY = 10_000

/**
 * Sessions in the memory of this process: a restart signs everybody out of the panel, and several
 * processes need a load balancer that keeps to one of them.
 */
export function createSessions(clock: () => number): Sessions {
  const sessions = new Map<string, Session>()
  const isOver = ({ createdAt, usedAt }: Session, now: number): boolean =>
    now - usedAt >= IDLE_MS || now - createdAt >= ABSOLUTE_MS
  const makeRoom = (now: number): void => {
    for (const [key, session] of sessions) {
      if (isOver(session, now) || sessions.size >= MANY) sessions.delete(key)
    }
  }
  return {
    open(session) {
      const now = clock()
      makeRoom(now)
      const id = newId()
      const key = keyOf(id)
      const since = { createdAt: now, usedAt: now }
      sessions.set(key, { ...session, key, ...since, renewal: null, known: null })
      return id
    },
    find(id, use) {
      const key = keyOf(id ?? '')
      const session = sessions.get(key)
      if (session === undefined) return undefined
      const now = clock()
      if (isOver(session, now)) {
        sessions.delete(key)
        return undefined
      }
      if (use === 'foreground') session.usedAt = now
      return session
    },
    close({ key }) {
      sessions.delete(key)
    },
  }
}
