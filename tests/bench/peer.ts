import type { IncomingHttpHeaders } from 'node:http'

export type Operation = 'start' | 'refresh' | 'introspect' | 'clientCredentials'

export const OPERATIONS: readonly Operation[] = [
  'start',
  'refresh',
  'introspect',
  'clientCredentials',
]

/**
 * What the parent asks of a child process. `prepare` comes once before each round and names the most
 * starts that can follow: the time to end old impersonations and to make fresh actors.
 */
export type Question =
  | { readonly type: 'cpu' }
  | { readonly type: 'prepare'; readonly operation: Operation; readonly starts: number }

/** What a child process tells its parent: `ready` once, unasked; the others answer a question. */
export type Answer =
  | Ready
  | { readonly type: 'cpu'; readonly microseconds: number }
  | { readonly type: 'prepared'; readonly supply: readonly string[] }
  | { readonly type: 'failed'; readonly message: string }

export interface Ready {
  readonly type: 'ready'
  readonly port: number
  /** what was really run, e.g. the library's version */
  readonly version: string
  /** whatever the peer's request builders need: client ids, secrets, cookies */
  readonly facts: Readonly<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface PreparedRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** takes what the next request of this lane needs; throws if the reply is not a success */
  readonly consume: (reply: Reply) => void
}

/** One connection and its own state: its refresh token is rotated by nobody else. */
export type Lane = Readonly<Partial<Record<Operation, () => PreparedRequest>>>

export interface Peer {
  readonly name: string
  /** the module that is forked */
  readonly entry: URL
  readonly operations: readonly Operation[]
  /** `next` hands out the supply of `prepare`, one entry per call, over all lanes of a round */
  readonly lane: (ready: Ready, next: () => string) => Lane
}
