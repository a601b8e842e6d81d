import type { Mode } from '../impersonation/impersonation.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import { keyOf, toPage } from './page.ts'
import type { ConsentRequestRow } from './customer-rows.ts'
import type { Writer } from './unit-of-work.ts'

/** An administrator asks a customer to allow an app; times in epoch milliseconds. */
export interface ConsentRequest {
  /** `crq_…`; no secret: only its subject can answer, signed in. */
  readonly id: string
  readonly subject: string
  readonly app: string
  readonly actor: string
  readonly service: string | null
  readonly mode: Mode
  readonly reason: string
  readonly status: 'pending' | 'accepted' | 'declined' | 'expired'
  readonly requestedAt: number
  readonly expiresAt: number
  readonly decidedAt: number | null
}

export interface ConsentRequests {
  /** The unit fails with `ConditionLost('exists')` when one waits for an answer already. */
  add(request: ConsentRequest): Promise<void>
  find(id: string, now: number): Promise<ConsentRequest | undefined>
  findPending(subject: string, app: string, now: number): Promise<ConsentRequest | undefined>
  /** Newest first. */
  listOf(subject: string, page: PageRequest, now: number): Promise<Page<ConsentRequest>>
  /** The unit fails with `ConditionLost('changed')` when it was answered before, or is too old. */
  decide(id: string, status: 'accepted' | 'declined', at: number): Promise<void>
}

export const createConsentRequests = (database: Database, writer: Writer): ConsentRequests => ({
  ...readers(database),
  ...writers(database, writer),
})

function readers(database: Database): Pick<ConsentRequests, 'find' | 'findPending' | 'listOf'> {
  const rows = database.kysely.selectFrom('consent_request').selectAll()
  const read = async (query: typeof rows, now: number): Promise<ConsentRequest[]> =>
    (await database.rows<ConsentRequestRow>(query.compile())).map((row) => toRequest(row, now))
  return {
    find: async (id, now) => (await read(rows.where('id', '=', id), now))[0],
    async findPending(subject, app, now) {
      const ofPair = rows.where('subject', '=', subject).where('app', '=', app)
      const pending = ofPair.where('status', '=', 'pending').where('expires_at', '>', now)
      return (await read(pending, now))[0]
    },
    async listOf(subject, page, now) {
      const below = keyOf(page)
      const newest = rows.where('subject', '=', subject).orderBy('id', 'desc')
      const query = below === null ? newest : newest.where('id', '<', below)
      const found = await read(query.limit(page.limit + 1), now)
      return toPage(
        found,
        page,
        ({ id }) => id,
        (request) => request,
      )
    },
  }
}

function writers({ kysely }: Database, writer: Writer): Pick<ConsentRequests, 'add' | 'decide'> {
  return {
    async add(request) {
      const { subject, app, requestedAt } = request
      const overdue = kysely
        .updateTable('consent_request')
        .set({ status: 'expired' })
        .where('subject', '=', subject)
        .where('app', '=', app)
        .where('status', '=', 'pending')
        .where('expires_at', '<=', requestedAt)
      const insert = kysely.insertInto('consent_request').values(toRow(request)).compile()
      await writer.write([
        overdue.compile(),
        { ...insert, onConflict: () => new ConditionLost('exists') },
      ])
    },
    async decide(id, status, at) {
      const update = kysely.updateTable('consent_request').set({ status, decided_at: at })
      const query = update
        .where('id', '=', id)
        .where('status', '=', 'pending')
        .where('expires_at', '>', at)
      await writer.write([{ ...query.compile(), onMiss: () => new ConditionLost('changed') }])
    },
  }
}

const toRow = (request: ConsentRequest): ConsentRequestRow => ({
  id: request.id,
  subject: request.subject,
  app: request.app,
  actor: request.actor,
  service: request.service,
  mode: request.mode,
  reason: request.reason,
  status: request.status,
  requested_at: request.requestedAt,
  expires_at: request.expiresAt,
  decided_at: request.decidedAt,
})

const toRequest = (row: ConsentRequestRow, now: number): ConsentRequest => ({
  id: row.id,
  subject: row.subject,
  app: row.app,
  actor: row.actor,
  service: row.service,
  mode: row.mode,
  reason: row.reason,
  // Time ends it whether or not somebody has written that down.
  status: row.status === 'pending' && row.expires_at <= now ? 'expired' : row.status,
  requestedAt: row.requested_at,
  expiresAt: row.expires_at,
  decidedAt: row.decided_at,
})
