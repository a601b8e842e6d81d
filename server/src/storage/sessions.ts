import { hash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { ModelRow } from './schema.ts'

/** One login of somebody in one browser, as oidc-provider keeps it; times in epoch milliseconds. */
export interface LoginSession {
  /** `ses_…`; says nothing about the cookie. */
  readonly id: string
  /** By which the provider's own models name it. */
  readonly uid: string
  readonly signedInAt: number
  readonly expiresAt: number
  /** RFC 8176. */
  readonly amr: readonly string[]
  /** What it has signed in to. */
  readonly apps: readonly { readonly clientId: string; readonly grantId: string | null }[]
}

export interface Sessions {
  /** Those that have not expired, newest first. */
  listOf(sub: string, now: number): Promise<LoginSession[]>
  /**
   * Ids of all that somebody granted to apps, in logins that are over as well; impersonations aside.
   * Looks through the grants of everybody.
   */
  grantsOf(sub: string): Promise<string[]>
}

interface Payload {
  readonly uid: string
  readonly loginTs?: number
  readonly amr?: readonly string[]
  readonly authorizations?: Readonly<Record<string, { readonly grantId?: string }>>
}

export function createSessions(database: Database): Sessions {
  // Word for word the expression of the index.
  const accountId =
    database.dialect === 'sqlite'
      ? sql<string>`json_extract(payload, '$.accountId')`
      : sql<string>`((payload::json)->>'accountId')`
  return {
    async listOf(sub, now) {
      const query = database.kysely
        .selectFrom('oidc_model')
        .selectAll()
        .where(sql<boolean>`model = 'Session'`)
        .where(accountId, '=', sub)
        .where('expires_at', '>', now)
      const rows = await database.rows<ModelRow>(query.compile())
      return rows.map(toSession).toSorted((one, other) => other.signedInAt - one.signedInAt)
    },
    async grantsOf(sub) {
      const query = database.kysely
        .selectFrom('oidc_model')
        .select('id')
        .where('model', '=', 'Grant')
        .where(accountId, '=', sub)
        .where(sql<boolean>`substr(id, 1, 4) <> 'imp_'`)
      const rows = await database.rows<Pick<ModelRow, 'id'>>(query.compile())
      return rows.map(({ id }) => id)
    },
  }
}

export const sessionIdOf = (uid: string): string =>
  `ses_${hash('sha256', `session/${uid}`, 'hex').slice(0, 32)}`

function toSession(row: ModelRow): LoginSession {
  const { uid, loginTs = 0, amr = [], authorizations = {} } = JSON.parse(row.payload) as Payload
  return {
    id: sessionIdOf(uid),
    uid,
    signedInAt: loginTs * 1000,
    expiresAt: row.expires_at ?? 0,
    amr,
    apps: Object.entries(authorizations).map(([clientId, { grantId = null }]) => ({
      clientId,
      grantId,
    })),
  }
}
