import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Impersonations } from '../ports/impersonations.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import { outboxIntent } from './audit-outbox.ts'
import type { Database } from './database.ts'
import { listImpersonations } from './impersonation-list.ts'
import { toImpersonation, toRow } from './impersonation-row.ts'
import { impersonationStatements } from './impersonation-statements.ts'
import type { Writer } from './unit-of-work.ts'

export function createImpersonations(database: Database, writer: Writer): Impersonations {
  const statements = impersonationStatements(database)
  const memo = (id: string): string => `impersonation/${id}`
  const select = async (query: ReturnType<typeof statements.find>): Promise<Impersonation[]> =>
    (await database.rows(query)).map(toImpersonation)

  return {
    async add(impersonation) {
      const intent = statements.insert(toRow(impersonation))
      const onConflict = (): Error => new ConditionLost('actor_busy')
      const seen = new Map([[memo(impersonation.id), impersonation]])
      await writer.write([{ ...intent, onConflict }], seen)
    },

    async find(id) {
      const seen = writer.recall<Impersonation>(memo(id))
      return seen === undefined ? (await select(statements.find({ id })))[0] : seen.value
    },

    findOpenByActor: async (actor) => (await select(statements.findOpenByActor({ actor })))[0],

    findOpenOf: (concern) =>
      select(
        'app' in concern
          ? statements.findOpenByApp(concern)
          : statements.findOpenByAccount(concern),
      ),

    findOverdue: (now, limit) => select(statements.findOverdue({ now, limit })),

    async end(id, ending, events) {
      const intent = statements.end({ id, at: ending.at, by: ending.by, reason: ending.reason })
      const followedBy = [
        statements.destroyGrant({ id }),
        ...events.map((event) => outboxIntent(statements.insertOutbox, event)),
      ]
      const before = await this.find(id)
      const seen = new Map(before && [[memo(id), { ...before, ended: before.ended ?? ending }]])
      await writer.write([{ ...intent, survives: true, followedBy }], seen)
    },

    async markRedeemed(id, at) {
      await writer.write([statements.markRedeemed({ id, at })])
    },

    list: (filter, page, now) => listImpersonations(database, filter, page, now),
  }
}
