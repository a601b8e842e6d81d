import type { Ending } from '../impersonation/ending.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { Impersonations } from '../ports/impersonations.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import { outboxIntent } from './audit-outbox.ts'
import type { Database } from './database.ts'
import { listImpersonations } from './impersonation-list.ts'
import { impersonationStatements } from './impersonation-statements.ts'
import type { ImpersonationRow } from './schema.ts'
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
      await writer.write(
        [{ ...intent, onConflict }],
        new Map([[memo(impersonation.id), impersonation]]),
      )
    },

    async find(id) {
      const seen = writer.recall<Impersonation>(memo(id))
      return seen === undefined ? (await select(statements.find({ id })))[0] : seen.value
    },

    async findOpenByActor(actor) {
      return (await select(statements.findOpenByActor({ actor })))[0]
    },

    findOpenOf: (concern) =>
      select(
        'app' in concern
          ? statements.findOpenByApp({ app: concern.app })
          : statements.findOpenByAccount({ account: concern.account }),
      ),

    findOverdue: (now, limit) => select(statements.findOverdue({ now, limit })),

    async end(id, ending, events) {
      const intent = statements.end({ id, at: ending.at, by: ending.by, reason: ending.reason })
      const then = [
        statements.destroyGrant({ id }),
        ...events.map((event) => outboxIntent(statements.insertOutbox, event)),
      ]
      const before = await this.find(id)
      const seen = new Map(before && [[memo(id), { ...before, ended: before.ended ?? ending }]])
      await writer.write([{ ...intent, survives: true, then }], seen)
    },

    async markRedeemed(id, at) {
      await writer.write([statements.markRedeemed({ id, at })])
    },

    list: (filter, page, now) => listImpersonations(database, filter, page, now),
  }
}

function toRow(impersonation: Impersonation): ImpersonationRow {
  const { startedAt, expiresAt, redeemBy, redeemedAt, actorSession, ended, ...same } = impersonation
  return {
    ...same,
    started_at: startedAt,
    expires_at: expiresAt,
    redeem_by: redeemBy,
    redeemed_at: redeemedAt,
    actor_session: actorSession,
    ended_at: ended?.at ?? null,
    ended_by: ended?.by ?? null,
    end_reason: ended?.reason ?? null,
  }
}

export function toImpersonation(row: ImpersonationRow): Impersonation {
  return {
    id: row.id,
    actor: row.actor,
    subject: row.subject,
    app: row.app,
    service: row.service,
    mode: row.mode,
    scope: row.scope,
    reason: row.reason,
    ticket: row.ticket,
    startedAt: row.started_at,
    expiresAt: row.expires_at,
    redeemBy: row.redeem_by,
    redeemedAt: row.redeemed_at,
    actorSession: row.actor_session,
    ended: row.ended_at === null ? null : toEnding(row, row.ended_at),
  }
}

const toEnding = (row: ImpersonationRow, at: number): Ending => ({
  at,
  by: row.ended_by as Ending['by'],
  reason: row.end_reason as Ending['reason'],
})
