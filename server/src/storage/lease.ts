import type { Clock } from '../ports/clock.ts'
import type { HeldLease } from '../ports/audit-seal.ts'
import type { Leases } from '../ports/lease.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import type { Intent, Query } from './statement.ts'
import { prepare } from './statement.ts'

type Row = Schema['lease']

/** Taken at once, never with a unit. Clocks of nodes may differ: what must not be done twice is fenced. */
export function createLeases(database: Database, clock: Clock): Leases {
  const take = takeStatement(database)
  return {
    async take(name, holder, milliseconds) {
      const now = clock()
      const until = now + milliseconds
      const absurd = now + 2 * milliseconds
      const taken = await database.apply([take({ name, holder, until, now, absurd })])
      return taken.length > 0
    },
    async release(name, holder) {
      const remove = database.kysely.deleteFrom('lease').where('name', '=', name)
      await database.apply([remove.where('holder', '=', holder).compile()])
    },
  }
}

/** One statement, so that of many who ask at the same time one gets it. */
const takeStatement = ({
  kysely,
}: Database): ((args: Row & { now: number; absurd: number }) => Query<Pick<Row, 'holder'>>) =>
  prepare((slot) =>
    kysely
      .insertInto('lease')
      .values({ name: slot('name'), holder: slot('holder'), until: slot('until') })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet((row) => ({
            holder: row.ref('excluded.holder'),
            until: row.ref('excluded.until'),
          }))
          .where((row) =>
            row.or([
              row('lease.holder', '=', slot('holder')),
              row('lease.until', '<=', slot('now')),
              // Nobody takes one for so long: a clock was turned back, and its holder may be gone.
              row('lease.until', '>', slot('absurd')),
            ]),
          ),
      )
      .returning('holder'),
  )

/** Refuses the unit it begins when the lease has gone to somebody else; else keeps it for longer. */
export function fencedBy(
  { kysely }: Pick<Database, 'kysely'>,
  clock: Clock,
): (lease: HeldLease) => Intent {
  const keep = prepare<Row>((slot) =>
    kysely
      .updateTable('lease')
      .set({ until: slot('until') })
      .where('name', '=', slot('name'))
      .where('holder', '=', slot('holder')),
  )
  return ({ name, holder, milliseconds }) => ({
    ...keep({ name, holder, until: clock() + milliseconds }),
    onMiss: () => new ConditionLost('changed'),
  })
}
