import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import type { Writer } from './unit-of-work.ts'

/** `next` is published but does not sign yet, `previous` is published and signs no more. */
export interface SigningKey {
  readonly kid: string
  readonly alg: string
  /** Encrypted by whoever made it; this room cannot read it. */
  readonly sealedJwk: string
  readonly state: 'next' | 'current' | 'previous'
  /** Epoch milliseconds. */
  readonly createdAt: number
}

export interface SigningKeys {
  /** Newest first. */
  list(): Promise<SigningKey[]>
  /** The unit fails with `ConditionLost('exists')` when the id is taken. */
  add(key: SigningKey): Promise<void>
  setState(kid: string, state: SigningKey['state']): Promise<void>
  remove(kid: string): Promise<void>
}

type Row = Schema['signing_key']

export function createSigningKeys(database: Database, writer: Writer): SigningKeys {
  const { kysely } = database
  return {
    async list() {
      const query = kysely.selectFrom('signing_key').selectAll().orderBy('created_at', 'desc')
      return (await database.rows<Row>(query.orderBy('kid').compile())).map((row) => ({
        kid: row.kid,
        alg: row.alg,
        sealedJwk: row.sealed_jwk,
        state: row.state,
        createdAt: row.created_at,
      }))
    },
    async add(key) {
      const row = {
        kid: key.kid,
        alg: key.alg,
        sealed_jwk: key.sealedJwk,
        state: key.state,
        created_at: key.createdAt,
      }
      const query = kysely.insertInto('signing_key').values(row).compile()
      await writer.write([{ ...query, onConflict: () => new ConditionLost('exists') }])
    },
    async setState(kid, state) {
      const update = kysely.updateTable('signing_key').set({ state })
      await writer.write([update.where('kid', '=', kid).compile()])
    },
    async remove(kid) {
      await writer.write([kysely.deleteFrom('signing_key').where('kid', '=', kid).compile()])
    },
  }
}
