import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'

/** A key that signs statements about the audit trail, and nothing else. */
export interface AuditKey {
  readonly kid: string
  /** Encrypted by whoever made it; this room cannot read it. */
  readonly sealedJwk: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

export interface AuditKeys {
  /** Newest first. */
  list(): Promise<AuditKey[]>
  /** Does nothing when there is one already. */
  addFirst(key: AuditKey): Promise<void>
}

export function createAuditKeys(database: Database): AuditKeys {
  const { kysely } = database
  return {
    async list() {
      const query = kysely.selectFrom('audit_key').selectAll().orderBy('created_at', 'desc')
      const rows = await database.rows<Schema['audit_key']>(query.orderBy('kid').compile())
      return rows.map((row) => ({
        kid: row.kid,
        sealedJwk: row.sealed_jwk,
        createdAt: row.created_at,
      }))
    },
    async addFirst({ kid, sealedJwk, createdAt }) {
      const values = sql`${kid}, ${sealedJwk}, ${sql`cast(${createdAt} as bigint)`}`
      await database.apply([
        sql`insert into audit_key (kid, sealed_jwk, created_at)
          select ${values} where not exists (select 1 from audit_key)`.compile(kysely),
      ])
    },
  }
}
