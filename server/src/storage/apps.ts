import type { App } from '../impersonation/app.ts'
import type { Clock } from '../ports/clock.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import { keyOf, toPage } from './page.ts'
import type { AppRow } from './schema.ts'
import { prepare } from './statement.ts'
import type { Writer } from './unit-of-work.ts'

/** An app with what only its registration as an OAuth client needs. */
export interface RegisteredApp extends App {
  /** SHA-256 of the client secret, base64url; `null` for public clients. */
  readonly secretHash: string | null
  readonly postLogoutRedirectUris: readonly string[]
  /** Scopes for client credentials, space-separated. */
  readonly serviceScope: string
  readonly grantTypes: readonly string[]
  readonly idTokenAlg: string
  /** Whether it may introspect tokens that were issued to others. */
  readonly introspectsAll: boolean
}

export interface Apps {
  find(clientId: string): Promise<RegisteredApp | undefined>
  list(page: PageRequest): Promise<Page<RegisteredApp>>
  /** The unit fails with `ConditionLost('exists')` when the id is taken. */
  add(app: RegisteredApp, createdAt: number): Promise<void>
  setEnabled(clientId: string, enabled: boolean): Promise<void>
}

/** How long another process may go on with an app that was changed here. */
const CACHED_MS = 1000
const MANY = 10_000

/** Every request reads its apps, hardly any changes one: they are kept until one is changed. */
export function createApps(database: Database, writer: Writer, clock: Clock): Apps {
  const { kysely } = database
  const cache = new Map<string, { readonly app: RegisteredApp; readonly until: number }>()
  const onApplied = (): void => cache.clear()
  const find = prepare<{ clientId: string }, AppRow>((slot) =>
    kysely.selectFrom('app').selectAll().where('client_id', '=', slot('clientId')),
  )
  return {
    async find(clientId) {
      const now = clock()
      const cached = cache.get(clientId)
      if (cached !== undefined && cached.until > now) return cached.app
      const [row] = await database.rows(find({ clientId }))
      if (row === undefined) return undefined
      const app = toApp(row)
      if (cache.size >= MANY) cache.clear()
      cache.set(clientId, { app, until: now + CACHED_MS })
      return app
    },
    list: (page) => listApps(database, page),
    async add(app, createdAt) {
      const query = kysely.insertInto('app').values(toRow(app, createdAt)).compile()
      await writer.write([{ ...query, onApplied, onConflict: () => new ConditionLost('exists') }])
    },
    async setEnabled(clientId, enabled) {
      const update = kysely.updateTable('app').set({ enabled: enabled ? 1 : 0 })
      const query = update.where('client_id', '=', clientId).compile()
      await writer.write([{ ...query, onApplied }])
    },
  }
}

async function listApps(database: Database, page: PageRequest): Promise<Page<RegisteredApp>> {
  const after = keyOf(page)
  const first = database.kysely.selectFrom('app').selectAll().orderBy('client_id')
  const query = after === null ? first : first.where('client_id', '>', after)
  const rows = await database.rows<AppRow>(query.limit(page.limit + 1).compile())
  return toPage(rows, page, (row) => row.client_id, toApp)
}

const toApp = (row: AppRow): RegisteredApp => ({
  clientId: row.client_id,
  name: row.name,
  type: row.type,
  enabled: row.enabled === 1,
  requireConsent: row.require_consent === 1,
  redirectUris: list(row.redirect_uris),
  scope: row.scope,
  writeScopes: list(row.write_scopes),
  resources: list(row.resources),
  secretHash: row.secret_hash,
  postLogoutRedirectUris: list(row.post_logout_redirect_uris),
  serviceScope: row.service_scope,
  grantTypes: list(row.grant_types),
  idTokenAlg: row.id_token_alg,
  introspectsAll: row.introspects_all === 1,
})

const list = (json: string): string[] => JSON.parse(json) as string[]

const toRow = (app: RegisteredApp, createdAt: number): AppRow => ({
  client_id: app.clientId,
  name: app.name,
  type: app.type,
  enabled: app.enabled ? 1 : 0,
  require_consent: app.requireConsent ? 1 : 0,
  introspects_all: app.introspectsAll ? 1 : 0,
  secret_hash: app.secretHash,
  redirect_uris: JSON.stringify(app.redirectUris),
  post_logout_redirect_uris: JSON.stringify(app.postLogoutRedirectUris),
  scope: app.scope,
  service_scope: app.serviceScope,
  write_scopes: JSON.stringify(app.writeScopes),
  resources: JSON.stringify(app.resources),
  grant_types: JSON.stringify(app.grantTypes),
  id_token_alg: app.idTokenAlg,
  created_at: createdAt,
})
