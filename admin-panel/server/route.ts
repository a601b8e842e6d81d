import type { z } from 'zod'
import type { Access } from '../tools/access.ts'
import type { AccessRules } from './access-rules.ts'
import type { Actor } from './actor.ts'
import type { Person } from './person.ts'
import type { Session } from './sessions.ts'

/** What a handler gets: the caller known and allowed, everything parsed. */
export interface PanelRequest<Body = undefined> {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | undefined>>
  readonly body: Body
  readonly session: Session
  readonly person: Person
  readonly actor: Actor
  readonly issuer: string
  readonly accessRules: AccessRules
  readonly clock: () => number
}

export interface PanelAnswer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One route of the panel's API, as data. */
export interface Route<Body = unknown> {
  readonly method: 'get' | 'post' | 'delete'
  readonly path: string
  /** What the caller's roles must allow, one of several; `null` for everybody who is signed in. */
  readonly access: Access | readonly Access[] | null
  /** Whether it concerns all organisations, so that nobody who is limited to one may have it. */
  readonly wholeHouse?: true
  /** Whether it says how things stand, and so keeps no session alive. */
  readonly isBackground?: true
  /** Names of the parameters it knows. */
  readonly query?: readonly string[]
  readonly body?: z.ZodType<Body>
  readonly handle: (request: PanelRequest<Body>) => Promise<PanelAnswer>
}

/** Forgets the type of a handler's body, which its own schema vouches for. */
export const route = <Body = undefined>(definition: Route<Body>): Route =>
  definition as unknown as Route

export const ok = (body: unknown): PanelAnswer => ({ status: 200, body })
