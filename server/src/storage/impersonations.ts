import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Clock } from '../ports/clock.ts'
import type { Impersonations } from '../ports/impersonations.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import { outboxIntent } from './audit-outbox.ts'
import type { Database } from './database.ts'
import type { LocalEndedFeed } from './ended-feed.ts'
import { countImpersonations, listImpersonations } from './impersonation-list.ts'
import { toImpersonation, toRow } from './impersonation-row.ts'
import { impersonationStatements } from './impersonation-statements.ts'
import type { Intent } from './statement.ts'
import type { Writer } from './unit-of-work.ts'
import type { UnwrittenEnds } from './unwritten-ends.ts'
import { createUnwrittenEnds } from './unwritten-ends.ts'

/** @param endedFeed is told of every end that became durable here. */
export function createImpersonations(
  database: Database,
  writer: Writer,
  clock: Clock,
  endedFeed: Pick<LocalEndedFeed, 'announce' | 'noteEnd'>,
): Impersonations {
  const statements = impersonationStatements(database)
  const unwritten = createUnwrittenEnds(database)
  const readers = createReaders(database, writer, statements, unwritten)
  return {
    async add(impersonation) {
      const intent = statements.insert(toRow(impersonation))
      const onConflict = (): Error => new ConditionLost('actor_busy')
      const seen = new Map([[memo(impersonation.id), impersonation]])
      await writer.write([{ ...intent, onConflict }], seen)
    },

    ...readers,

    async end(id, ending, events) {
      const { at, by, reason } = ending
      const intent = statements.end({ id, at, noticedAt: clock(), by, reason })
      const followedBy = [
        statements.destroyGrant({ id }),
        ...endedFeed.announce,
        ...events.map((event) => outboxIntent(statements.insertOutbox, event)),
      ]
      const before = await readers.find(id)
      const seen = new Map(before && [[memo(id), { ...before, ended: before.ended ?? ending }]])
      const whole: Intent = { ...intent, survives: true, followedBy, onApplied: endedFeed.noteEnd }
      await writer.write([unwritten.keeping(id, ending, whole)], seen)
    },

    async markRedeemed(id, at) {
      await writer.write([statements.markRedeemed({ id, at })])
    },
  }
}

/** Under what a unit of work remembers what it has written. */
const memo = (id: string): string => `impersonation/${id}`

function createReaders(
  database: Database,
  writer: Writer,
  statements: ReturnType<typeof impersonationStatements>,
  unwritten: Pick<UnwrittenEnds, 'get'>,
): Pick<
  Impersonations,
  'find' | 'findOpenByActor' | 'findOpenOf' | 'findOverdue' | 'count' | 'list'
> {
  const select = async (query: ReturnType<typeof statements.find>): Promise<Impersonation[]> =>
    (await database.rows(query)).map(toImpersonation)
  return {
    async find(id) {
      const seen = writer.recall<Impersonation>(memo(id))
      if (seen !== undefined) return seen.value
      const [stored] = await select(statements.find({ id }))
      const late = unwritten.get(id)
      if (late === undefined || stored === undefined || stored.ended !== null) return stored
      // Whoever looks writes it as well, so that nobody is told of an end that could still be lost.
      const over = { ...stored, ended: late.ending }
      await writer.write(late.intents, new Map([[memo(id), over]]))
      return over
    },

    findOpenByActor: async (actor) => (await select(statements.findOpenByActor({ actor })))[0],

    findOpenOf: (concern) =>
      select(
        'app' in concern
          ? statements.findOpenByApp(concern)
          : statements.findOpenByAccount(concern),
      ),

    findOverdue: (now, limit) => select(statements.findOverdue({ now, limit })),

    count: (filter, now, atMost) => countImpersonations(database, filter, now, atMost),

    list: (filter, page, now) => listImpersonations(database, filter, page, now),
  }
}
