import type { Consent } from '../impersonation/account.ts'
import type { Mode } from '../impersonation/impersonation.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import { prepare } from './statement.ts'
import type { Writer } from './unit-of-work.ts'

export interface Consents {
  /** Also when it was revoked. */
  find(sub: string, clientId: string): Promise<Consent | undefined>
  listOf(sub: string): Promise<Consent[]>
  /** Replaces what was granted or revoked before; `mode` is the most that staff may do by it, default `full`. */
  grant(sub: string, clientId: string, scope: string, at: number, mode?: Mode): Promise<void>
  revoke(sub: string, clientId: string, at: number): Promise<void>
}

type Row = Schema['consent']

export function createConsents(database: Database, writer: Writer): Consents {
  const { kysely } = database
  const find = prepare<{ account: string; app: string }, Row>((slot) =>
    kysely
      .selectFrom('consent')
      .selectAll()
      .where('account', '=', slot('account'))
      .where('app', '=', slot('app')),
  )
  return {
    async find(account, app) {
      const [row] = await database.rows(find({ account, app }))
      return row && toConsent(row)
    },
    async listOf(account) {
      const query = kysely.selectFrom('consent').selectAll().where('account', '=', account)
      return (await database.rows<Row>(query.orderBy('app').compile())).map(toConsent)
    },
    async grant(account, app, scope, at, mode = 'full') {
      const given = { scope, mode, granted_at: at, revoked_at: null }
      const insert = kysely.insertInto('consent').values({ account, app, ...given })
      const upsert = insert.onConflict((conflict) =>
        conflict.columns(['account', 'app']).doUpdateSet(given),
      )
      await writer.write([upsert.compile()])
    },
    async revoke(account, app, at) {
      const update = kysely.updateTable('consent').set({ revoked_at: at })
      const revocation = update
        .where('account', '=', account)
        .where('app', '=', app)
        .where('revoked_at', 'is', null)
      await writer.write([revocation.compile()])
    },
  }
}

const toConsent = (row: Row): Consent => ({
  app: row.app,
  scope: row.scope,
  mode: row.mode,
  grantedAt: row.granted_at,
  revokedAt: row.revoked_at,
})
