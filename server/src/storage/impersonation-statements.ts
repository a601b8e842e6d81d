import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { ImpersonationRow } from './schema.ts'
import type { Query } from './statement.ts'
import { prepare, rowOf } from './statement.ts'

type Found<Args> = (args: Args) => Query<ImpersonationRow>
type Written<Args> = (args: Args) => Query<unknown>

export interface ImpersonationStatements {
  readonly find: Found<{ id: string }>
  readonly findOpenByActor: Found<{ actor: string }>
  readonly findOpenByAccount: Found<{ account: string }>
  readonly findOpenByApp: Found<{ app: string }>
  readonly findOverdue: Found<{ now: number; limit: number }>
  readonly insert: Written<ImpersonationRow>
  readonly end: Written<{
    id: string
    at: number
    noticedAt: number
    by: string
    reason: string
  }>
  readonly destroyGrant: Written<{ id: string }>
  readonly markRedeemed: Written<{ id: string; at: number }>
  readonly insertOutbox: Written<{ id: string; event: string }>
}

export function impersonationStatements({
  kysely,
}: Pick<Database, 'kysely'>): ImpersonationStatements {
  // Open ones are few, one for each actor: `coalesce` keeps databases from walking all there ever were.
  const open = kysely.selectFrom('impersonation').selectAll().where('ended_at', 'is', null)
  return {
    find: prepare((slot) =>
      kysely.selectFrom('impersonation').selectAll().where('id', '=', slot('id')),
    ),
    findOpenByActor: prepare((slot) => open.where('actor', '=', slot('actor'))),
    findOpenByAccount: prepare((slot) =>
      open
        .where((row) =>
          row.or([
            row('actor', '=', slot('account')),
            row(row.fn.coalesce('subject', sql.lit('')), '=', slot('account')),
          ]),
        )
        .orderBy('id'),
    ),
    findOpenByApp: prepare((slot) =>
      open.where(({ fn }) => fn.coalesce('app', sql.lit('')), '=', slot('app')).orderBy('id'),
    ),
    findOverdue: prepare((slot) =>
      open
        .where((row) =>
          row.or([
            row('expires_at', '<=', slot('now')),
            row.and([row('redeemed_at', 'is', null), row('redeem_by', '<=', slot('now'))]),
          ]),
        )
        .orderBy('expires_at')
        .limit(slot('limit')),
    ),
    ...writes(kysely),
  }
}

const COLUMNS = [
  'id',
  'actor',
  'subject',
  'organization',
  'app',
  'service',
  'mode',
  'scope',
  'reason',
  'ticket',
  'started_at',
  'expires_at',
  'redeem_by',
  'redeemed_at',
  'actor_session',
  'ended_at',
  'end_noticed_at',
  'ended_by',
  'end_reason',
] as const

function writes(
  kysely: Database['kysely'],
): Pick<
  ImpersonationStatements,
  'insert' | 'end' | 'destroyGrant' | 'markRedeemed' | 'insertOutbox'
> {
  return {
    insert: prepare<ImpersonationRow>((slot) =>
      kysely.insertInto('impersonation').values(rowOf(slot, COLUMNS)),
    ),
    // Only the first end counts: its cause stays, and what follows it happens once.
    end: prepare((slot) =>
      kysely
        .updateTable('impersonation')
        .set({
          ended_at: slot('at'),
          end_noticed_at: slot('noticedAt'),
          ended_by: slot('by'),
          end_reason: slot('reason'),
        })
        .where('id', '=', slot('id'))
        // `is null` would let PostgreSQL walk the indexes of open ones as long as it thinks they are few.
        .where(sql<boolean>`coalesce(ended_at, 0) = 0`),
    ),
    destroyGrant: prepare((slot) =>
      kysely.deleteFrom('oidc_model').where('model', '=', 'Grant').where('id', '=', slot('id')),
    ),
    markRedeemed: prepare((slot) =>
      kysely
        .updateTable('impersonation')
        .set({ redeemed_at: slot('at') })
        .where('id', '=', slot('id'))
        .where('redeemed_at', 'is', null),
    ),
    insertOutbox: prepare<{ id: string; event: string }>((slot) =>
      kysely.insertInto('audit_outbox').values({ id: slot('id'), event: slot('event') }),
    ),
  }
}
