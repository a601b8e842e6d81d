import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import type { Database } from '../../server/src/storage/database.ts'
import { migrate } from '../../server/src/storage/migrate.ts'
import { openPostgres } from '../../server/src/storage/postgres.ts'
import { bareDatabase } from '../support/bare-database.ts'
import { freshDatabase } from '../support/postgres.ts'
import { databases } from '../support/stores.ts'

describe.each(databases)('a database of an older version, on %s', (database) => {
  let opened: Database
  let close: () => Promise<void>

  beforeEach(async () => {
    ;({ opened, close } = await bareDatabase(database))
  })
  afterEach(() => close())

  /** As it was left by the version that knew no later migration. */
  async function migrateTo(name: string): Promise<void> {
    const provider = { getMigrations: () => Promise.resolve({ ...migrations }) }
    const { error } = await new Migrator({ db: opened.kysely, provider }).migrateTo(name)
    expect(error).toBeUndefined()
  }
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(opened.kysely)
  const rows = async (text: string): Promise<object[]> =>
    (await sql.raw<object>(text).execute(opened.kysely)).rows.map((row) => ({ ...row }))

  const people = async (): Promise<void> => {
    await run(`insert into organization (id, name) values ('org_a', 'A'), ('org_b', 'B')`)
    await run(`insert into account (sub, email, name, organization, roles, status, created_at) values
      ('usr_jane', 'jane@a.test', 'Jane', 'org_a', '[]', 'active', 1),
      ('usr_omar', 'omar@b.test', 'Omar', 'org_b', '[]', 'active', 1),
      ('usr_lena', 'lena@b.test', 'Lena', null, '[]', 'active', 1)`)
    for (const app of ['portal', 'billing']) {
      await run(`insert into app values ('${app}', '${app}', 'spa', 1, 1, 0, null, '[]', '[]', '', '',
        '', '[]', '[]', 'ES256', 1)`)
    }
  }

  it('allows what was asked for, looking only where it was asked for that, and else everything', async () => {
    await migrateTo('007-fewer-indexes')
    await people()
    await run(`insert into consent (account, app, scope, granted_at) values
      ('usr_jane', 'portal', 'openid', 100), ('usr_jane', 'billing', 'openid', 100),
      ('usr_omar', 'portal', 'openid', 200), ('usr_lena', 'portal', 'openid', 300)`)
    const asked = (id: string, subject: string, mode: string, status: string, at: number): string =>
      `('${id}', '${subject}', 'portal', 'usr_root', '${mode}', 'why', '${status}', 1, 2, ${at})`
    await run(`insert into consent_request
      (id, subject, app, actor, mode, reason, status, requested_at, expires_at, decided_at) values
      ${asked('crq_1', 'usr_jane', 'read_only', 'accepted', 100)},
      ${asked('crq_2', 'usr_omar', 'full', 'accepted', 200)},
      ${asked('crq_3', 'usr_lena', 'read_only', 'declined', 300)}`)
    await migrate(opened)
    expect(await rows('select account, app, mode from consent order by account, app')).toEqual([
      { account: 'usr_jane', app: 'billing', mode: 'full' },
      { account: 'usr_jane', app: 'portal', mode: 'read_only' },
      { account: 'usr_lena', app: 'portal', mode: 'full' },
      { account: 'usr_omar', app: 'portal', mode: 'full' },
    ])
  })

  it('knows whose organisation a record is of: the trail says so, or else the account', async () => {
    await migrateTo('008-consent-mode')
    await people()
    const record = (id: string, subject: string): string =>
      `('${id}', 'usr_root', '${subject}', 'portal', 'full', 'openid', 1, 2, 2, 2, 'expired', 'lifetime_over')`
    await run(`insert into impersonation (id, actor, subject, app, mode, scope, started_at, expires_at,
      ended_at, end_noticed_at, ended_by, end_reason) values ${record('imp_moved', 'usr_jane')},
      ${record('imp_pruned', 'usr_omar')}, ${record('imp_alone', 'usr_lena')}, ${record('imp_gone', 'usr_x')}`)
    await run(`insert into audit_event (id, at, action, outcome, impersonation, organization, details) values
      ('aud_1', 1, 'impersonation.started', 'success', 'imp_moved', 'org_b', '{}'),
      ('aud_2', 2, 'impersonation.ended', 'success', 'imp_moved', 'org_a', '{}')`)
    await migrate(opened)
    expect(await rows('select id, organization from impersonation order by id')).toEqual([
      { id: 'imp_alone', organization: null },
      { id: 'imp_gone', organization: null },
      { id: 'imp_moved', organization: 'org_b' },
      { id: 'imp_pruned', organization: 'org_b' },
    ])
  })

  it('that is the oldest one becomes what a new one is', async () => {
    await migrateTo('001-initial')
    const names = Object.keys(migrations)
    expect(await migrate(opened)).toEqual(names.slice(1))
    expect(await migrate(opened)).toEqual([])
  })
})

describe('a migration on postgres whose connection is cut off between two statements', () => {
  it('fails, and the process lives', async () => {
    const server = await freshDatabase()
    const [one, beside] = [openPostgres(server.url), openPostgres(server.url)]
    const cutOff = one.patiently(async (kysely) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(kysely)
      await sql`select pg_terminate_backend(${rows[0]?.pid}, 10000)`.execute(beside.kysely)
      await delay(100)
      await kysely.connection().execute(async (connection) => {
        const again = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(connection)
        await sql`select pg_terminate_backend(${again.rows[0]?.pid}, 10000)`.execute(beside.kysely)
        // Its last words arrive while nobody asks anything.
        await delay(100)
        await sql`select 1`.execute(connection)
      })
    })
    await expect(cutOff).rejects.toThrow(/terminat|not queryable|closed/i)
    await one.close()
    await beside.close()
    await server.drop()
  })
})
