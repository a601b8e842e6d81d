import type { z } from 'zod'
import type { Origin } from '../impersonation/audit-event.ts'
import type { ServiceScope } from '../operations/recognise-service.ts'
import type { Reader } from '../operations/recognise-reader.ts'
import type { Ports } from '../ports/ports.ts'
import type { Service } from '../ports/tokens.ts'

/** Names the administrator on whose behalf a service calls, by an access token as for a start. */
export const ACTOR_TOKEN = 'Actor-Token'

/** What a handler gets: everything parsed, the caller recognised. */
export interface ApiRequest<Body, Query> {
  readonly ports: Ports
  readonly origin: Origin
  readonly params: Readonly<Record<string, string | undefined>>
  readonly body: Body
  readonly query: Query
  readonly header: (name: string) => string | null
  /** The token of the `Authorization` header; see bearerOf. */
  readonly token: string | null
  /** Who calls; on the browser's routes nobody is recognised yet, and this throws. */
  readonly service: Service
  /** The same, with the administrator it reads for; on routes that know `Actor-Token` for that. */
  readonly reader: Reader
}

export interface ApiAnswer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One route, as data: the router and /openapi.json are both made from it. */
export interface Endpoint<Body = unknown, Query = unknown> {
  readonly method: 'get' | 'post' | 'delete'
  /** Below the prefix of the API, with `:name` for parameters. */
  readonly path: string
  readonly summary: string
  /** The scope a service needs, or `browser`: called by an app with the user's access token. */
  readonly access: ServiceScope | 'browser'
  /** A service may say for whom it reads, in the header `Actor-Token`. */
  readonly readsFor?: true
  /** Counts against the limit of starts and dry runs per service. */
  readonly countsAsStart?: true
  readonly body?: z.ZodType<Body>
  readonly query?: z.ZodType<Query>
  /** Headers the route knows beyond the usual: what each is for. */
  readonly headers?: Readonly<Record<string, string>>
  /** Media types of an answer that is not JSON. */
  readonly media?: readonly string[]
  /** Shape, or its name in shapes.ts, by status; `null` for an answer without a body. */
  readonly answers: Readonly<Record<number, string | z.ZodType | null>>
  readonly handle: (request: ApiRequest<Body, Query>) => Promise<ApiAnswer>
}

/** Forgets the types of a handler's input, which its own schemas vouch for. */
export const endpoint = <Body, Query>(definition: Endpoint<Body, Query>): Endpoint =>
  definition as unknown as Endpoint
