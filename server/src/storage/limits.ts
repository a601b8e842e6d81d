import { sql } from 'kysely'
import type { Clock } from '../ports/clock.ts'
import type { Limits } from '../ports/limits.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import { prepare } from './statement.ts'

type Row = Schema['rate_limit']
type Counted = Pick<Row, 'points' | 'expires_at'>

/**
 * Fixed windows, one row a counter. Counted at once and not with the request's unit: what was asked
 * for and refused counts as well. The increment is one statement, so no two requests see one value.
 */
export function createLimits(database: Database, clock: Clock): Limits {
  const { kysely } = database
  const count = prepare<Row & { now: number }, Counted>((slot) =>
    kysely
      .insertInto('rate_limit')
      .values({ id: slot('id'), points: slot('points'), expires_at: slot('expires_at') })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          points: sql<number>`case when rate_limit.expires_at <= ${slot('now')}
            then ${row.ref('excluded.points')} else rate_limit.points + ${row.ref('excluded.points')} end`,
          expires_at: sql<number>`case when rate_limit.expires_at <= ${slot('now')}
            then ${row.ref('excluded.expires_at')} else rate_limit.expires_at end`,
        })),
      )
      .returning(['points', 'expires_at']),
  )
  return {
    async take(limit, key, points = 1) {
      const now = clock()
      const id = `${limit.name}/${key}`
      const expiresAt = now + limit.window * 1000
      const [counted] = await database.apply<Counted>([
        count({ id, points, expires_at: expiresAt, now }),
      ])
      if (counted === undefined || counted.points <= limit.points) return null
      return Math.max(1, Math.ceil((counted.expires_at - now) / 1000))
    },
  }
}
