import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import type { MailRow } from './customer-rows.ts'
import { prepare } from './statement.ts'
import type { Writer } from './unit-of-work.ts'

export interface Mail {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

export interface WaitingMail extends Mail {
  readonly dueAt: number
  /** How often it was tried before. */
  readonly attempts: number
}

/** What became of an attempt; times in epoch milliseconds. */
export type MailOutcome =
  | { readonly sentAt: number }
  | { readonly dueAt: number; readonly error: string }
  | { readonly failedAt: number; readonly error: string }

/** Mail is written with what it tells about, and sent when that is durable. */
export interface MailOutbox {
  /**
   * Does nothing when one with this id is there already.
   *
   * @param survives also written when the request around it is refused: it tells about an end.
   */
  put(mail: Mail, survives?: boolean): Promise<void>
  /** What waits and is due, longest first. */
  findDue(now: number, limit: number): Promise<WaitingMail[]>
  /** Keeps others from sending it until then; `ConditionLost('changed')` when one of them was faster. */
  claim(mail: WaitingMail, until: number): Promise<void>
  settle(id: string, outcome: MailOutcome): Promise<void>
  /** Newest first, sent or not. */
  newest(limit: number): Promise<Mail[]>
  /** Epoch milliseconds of the oldest that was neither sent nor given up. */
  oldestWaiting(): Promise<number | null>
}

export const createMailOutbox = (database: Database, writer: Writer): MailOutbox => ({
  ...readers(database),
  ...writers(database, writer),
})

function readers(database: Database): Pick<MailOutbox, 'findDue' | 'newest' | 'oldestWaiting'> {
  const { kysely } = database
  const waiting = kysely
    .selectFrom('mail')
    .where('sent_at', 'is', null)
    .where('failed_at', 'is', null)
  const findDue = prepare<{ now: number; limit: number }, MailRow>((slot) =>
    waiting.selectAll().where('due_at', '<=', slot('now')).orderBy('due_at').limit(slot('limit')),
  )
  return {
    async findDue(now, limit) {
      return (await database.rows(findDue({ now, limit }))).map(toWaiting)
    },
    async newest(limit) {
      const query = kysely.selectFrom('mail').selectAll().orderBy('created_at', 'desc')
      const rows = await database.rows<MailRow>(query.orderBy('id').limit(limit).compile())
      return rows.map(toWaiting)
    },
    async oldestWaiting() {
      const oldest = waiting.select('created_at').orderBy('created_at').limit(1)
      const [row] = await database.rows<{ created_at: number }>(oldest.compile())
      return row?.created_at ?? null
    },
  }
}

function writers(
  { kysely }: Database,
  writer: Writer,
): Pick<MailOutbox, 'put' | 'claim' | 'settle'> {
  return {
    async put(mail, survives = false) {
      const insert = kysely.insertInto('mail').values(toRow(mail))
      const query = insert.onConflict((conflict) => conflict.column('id').doNothing()).compile()
      await writer.write([survives ? { ...query, survives: true } : query])
    },
    async claim({ id, dueAt, attempts }, until) {
      const update = kysely.updateTable('mail').set({ due_at: until, attempts: attempts + 1 })
      const query = update
        .where('id', '=', id)
        .where('due_at', '=', dueAt)
        .where('attempts', '=', attempts)
        .where('sent_at', 'is', null)
      await writer.write([{ ...query.compile(), onMiss: () => new ConditionLost('changed') }])
    },
    async settle(id, outcome) {
      const update = kysely.updateTable('mail').set(columnsOf(outcome))
      await writer.write([update.where('id', '=', id).compile()])
    },
  }
}

function columnsOf(outcome: MailOutcome): Partial<MailRow> {
  if ('sentAt' in outcome) return { sent_at: outcome.sentAt, last_error: null }
  if ('failedAt' in outcome) return { failed_at: outcome.failedAt, last_error: outcome.error }
  return { due_at: outcome.dueAt, last_error: outcome.error }
}

const toRow = ({ id, to, subject, text, html, createdAt }: Mail): MailRow => ({
  id,
  recipient: to,
  subject,
  text,
  html,
  created_at: createdAt,
  due_at: createdAt,
  attempts: 0,
  sent_at: null,
  failed_at: null,
  last_error: null,
})

const toWaiting = (row: MailRow): WaitingMail => ({
  id: row.id,
  to: row.recipient,
  subject: row.subject,
  text: row.text,
  html: row.html,
  createdAt: row.created_at,
  dueAt: row.due_at,
  attempts: row.attempts,
})
