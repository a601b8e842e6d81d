import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { ModelRow } from './schema.ts'
import type { Query } from './statement.ts'
import { prepare } from './statement.ts'

type Key = Pick<ModelRow, 'model' | 'id'>
type Written = Omit<ModelRow, 'consumed_at'> & { readonly now: number }
type Found = (args: { model: string; value: string }) => Query<ModelRow>

/** The statements behind every token, compiled once: this is the hot path of the whole server. */
export interface ModelStatements {
  readonly find: (args: Key) => Query<ModelRow>
  readonly findBy: { readonly uid: Found; readonly user_code: Found }
  readonly upsert: (args: Written) => Query<unknown>
  /** Writes no row when the id is there and not expired: what must happen at most once. */
  readonly insertOnce: (args: Written) => Query<unknown>
  readonly consume: (args: Key & { consumedAt: number }) => Query<unknown>
  readonly destroy: (args: Key) => Query<unknown>
  readonly revokeByGrant: (args: { model: string; grantId: string }) => Query<unknown>
}

export function modelStatements({ kysely }: Pick<Database, 'kysely'>): ModelStatements {
  const rows = kysely.selectFrom('oidc_model').selectAll()
  const deletion = kysely.deleteFrom('oidc_model')
  const findBy = (column: 'uid' | 'user_code'): Found =>
    prepare((slot) =>
      rows
        .where(column, '=', slot('value'))
        .where('model', '=', slot('model'))
        .orderBy('expires_at', 'desc')
        .limit(1),
    )
  return {
    find: prepare((slot) => rows.where('model', '=', slot('model')).where('id', '=', slot('id'))),
    findBy: { uid: findBy('uid'), user_code: findBy('user_code') },
    upsert: prepareUpsert(kysely, false),
    insertOnce: prepareUpsert(kysely, true),
    // The condition is what makes a token single-use: the library reads, then writes, without a lock.
    consume: prepare((slot) =>
      kysely
        .updateTable('oidc_model')
        .set({ consumed_at: slot('consumedAt') })
        .where('model', '=', slot('model'))
        .where('id', '=', slot('id'))
        .where('consumed_at', 'is', null),
    ),
    destroy: prepare((slot) =>
      deletion.where('model', '=', slot('model')).where('id', '=', slot('id')),
    ),
    revokeByGrant: prepare((slot) =>
      deletion
        .where('grant_id', '=', slot('grantId'))
        // Word for word what the index is limited to: tokens of impersonations outlive their grant.
        .where(sql<boolean>`substr(grant_id, 1, 4) <> 'imp_'`)
        .where('model', '=', slot('model')),
    ),
  }
}

function prepareUpsert(
  kysely: Database['kysely'],
  onlyOverExpired: boolean,
): (args: Written) => Query<unknown> {
  return prepare<Written>((slot) =>
    kysely
      .insertInto('oidc_model')
      .values({
        model: slot('model'),
        id: slot('id'),
        payload: slot('payload'),
        grant_id: slot('grant_id'),
        uid: slot('uid'),
        user_code: slot('user_code'),
        expires_at: slot('expires_at'),
        consumed_at: null,
      })
      .onConflict((conflict) => {
        const update = conflict.columns(['model', 'id']).doUpdateSet((row) => ({
          payload: row.ref('excluded.payload'),
          grant_id: row.ref('excluded.grant_id'),
          uid: row.ref('excluded.uid'),
          user_code: row.ref('excluded.user_code'),
          expires_at: row.ref('excluded.expires_at'),
        }))
        return onlyOverExpired ? update.where('oidc_model.expires_at', '<=', slot('now')) : update
      }),
  )
}
