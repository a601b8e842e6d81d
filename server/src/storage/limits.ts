import type { InsertQueryBuilder, InsertResult, RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { Clock } from '../ports/clock.ts'
import type { Limit, StoredLimits } from '../ports/limits.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import type { Query, Slots } from './statement.ts'
import { prepare } from './statement.ts'
import type { Writer } from './unit-of-work.ts'

type Row = Schema['rate_limit']
type Counted = Pick<Row, 'points' | 'expires_at'>
type Insertion = InsertQueryBuilder<Schema, 'rate_limit', InsertResult>

/**
 * Fixed windows, one row a counter. The increment is one statement, so no two requests see one value.
 * `take` counts at once and not with the request's unit: what was asked for and refused counts as well.
 */
export function createLimits(database: Database, writer: Writer, clock: Clock): StoredLimits {
  const statements = limitStatements(database)
  return {
    async take(limit, key, points = 1) {
      const now = clock()
      const [counted] = await database.apply<Counted>([
        statements.count({ ...fresh(limit, key, now), points, now }),
      ])
      return waitFor(counted, limit, now)
    },

    async look(limit, key) {
      const now = clock()
      const [counted] = await database.rows(statements.read({ id: idOf(limit, key), now }))
      return waitFor(counted && { ...counted, points: counted.points + 1 }, limit, now)
    },

    async takeWithin(limit, key) {
      const now = clock()
      const intent = statements.countWithin({
        ...fresh(limit, key, now),
        now,
        allowed: limit.points,
      })
      await writer.write([{ ...intent, onMiss: () => new ConditionLost('limit') }])
    },
  }
}

const idOf = (limit: Limit, key: string): string => `${limit.name}/${key}`

const fresh = (limit: Limit, key: string, now: number): Row => ({
  id: idOf(limit, key),
  points: 1,
  expires_at: now + limit.window * 1000,
})

function waitFor(counted: Counted | undefined, limit: Limit, now: number): number | null {
  if (counted === undefined || counted.points <= limit.points) return null
  return Math.max(1, Math.ceil((counted.expires_at - now) / 1000))
}

function limitStatements({ kysely }: Database): {
  readonly count: (args: Row & { now: number }) => Query<Counted>
  readonly countWithin: (args: Row & { now: number; allowed: number }) => Query<unknown>
  readonly read: (args: { id: string; now: number }) => Query<Counted>
} {
  const add = (slot: Slots<Row & { now: number }>): Insertion =>
    kysely
      .insertInto('rate_limit')
      .values({ id: slot('id'), points: slot('points'), expires_at: slot('expires_at') })
  const isOver = (slot: Slots<{ now: number }>): RawBuilder<boolean> =>
    sql<boolean>`rate_limit.expires_at <= ${slot('now')}`
  const added = (
    slot: Slots<{ now: number }>,
  ): { points: RawBuilder<number>; expires_at: RawBuilder<number> } => ({
    points: sql`case when ${isOver(slot)} then 0 else rate_limit.points end + excluded.points`,
    expires_at: sql`case when ${isOver(slot)} then excluded.expires_at else rate_limit.expires_at end`,
  })
  return {
    count: prepare((slot) =>
      add(slot)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(added(slot)))
        .returning(['points', 'expires_at']),
    ),
    countWithin: prepare((slot) =>
      add(slot).onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet(added(slot))
          .where(sql<boolean>`${isOver(slot)} or rate_limit.points < ${slot('allowed')}`),
      ),
    ),
    read: prepare((slot) =>
      kysely
        .selectFrom('rate_limit')
        .select(['points', 'expires_at'])
        .where('id', '=', slot('id'))
        .where('expires_at', '>', slot('now')),
    ),
  }
}
