import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { AuditFilter } from '../../server/src/ports/audit-trail.ts'
import type { AccountFilter } from '../../server/src/ports/directory.ts'
import { searchAccounts } from '../../server/src/storage/account-search.ts'
import { createAuditTrail } from '../../server/src/storage/audit-trail.ts'
import type { Database } from '../../server/src/storage/database.ts'
import { migrate } from '../../server/src/storage/migrate.ts'
import { openPostgres } from '../../server/src/storage/postgres.ts'
import { openSqlite } from '../../server/src/storage/sqlite.ts'
import { createUnitOfWork } from '../../server/src/storage/unit-of-work.ts'
import { eventId, eventTime, growth } from '../support/growth.ts'

/**
 * What a page of each list costs as the tables grow, on SQLite, or with `--postgres <url>` on an
 * empty PostgreSQL for each size (`{size}` in the URL is replaced by it). Prints ratios to the
 * smallest size, because times belong to a machine.
 */
const { values } = parseArgs({
  options: {
    postgres: { type: 'string' },
    events: { type: 'string', default: '1000,100000,1000000' },
  },
})

const ROUNDS = 200
const at = Date.parse('2026-01-01T00:00:00.000Z')
const sizes = values.events.split(',').map(Number)

type Work = (database: Database) => Promise<unknown>

const first = { cursor: null, limit: 25 }
const audit =
  (filter: AuditFilter, cursor: string | null = null): Work =>
  (database) =>
    createAuditTrail(database, createUnitOfWork(database)).list(filter, { ...first, cursor })
const people =
  (filter: AccountFilter, cursor: string | null = null): Work =>
  (database) =>
    searchAccounts(database, filter, { ...first, cursor })
const cursor = (key: string): string => Buffer.from(key).toString('base64url')

/** With the figures of each size: how many events, so how many of them lie before the middle. */
const queries: readonly (readonly [string, (events: number) => Work])[] = [
  ['users: first page', () => people({})],
  ['users: page in the middle', () => people({}, cursor('person5'))],
  ['users: one by part of the e-mail', () => people({ q: 'person77@' })],
  ['users: nobody by that name', () => people({ q: 'xyzzy' })],
  ['users: everybody by that name', () => people({ q: 'customer' })],
  ['users: two letters', () => people({ q: 'pe' })],
  ['users: of one organisation, by name', () => people({ q: 'number', organization: 'org_7' })],
  ['users: with a role', () => people({ role: 'org_admin' })],
  ['audit: newest', () => audit({})],
  ['audit: page in the middle', (events) => audit({}, cursor(eventId(at, events / 2)))],
  ['audit: heavy actor', () => audit({ actor: 'usr_0000007' })],
  [
    'audit: heavy actor, rare action',
    () => audit({ actor: 'usr_0000007', action: 'audit.exported' }),
  ],
  ['audit: subject', () => audit({ subject: 'usr_0000007' })],
  ['audit: app, rare action', () => audit({ app: 'app_3', action: 'audit.exported' })],
  ['audit: denied', () => audit({ outcome: 'denied' })],
  ['audit: impersonation', () => audit({ impersonation: 'imp_7' })],
  [
    'audit: a short time, action',
    (events) => {
      const from = eventTime(at, events / 2)
      return audit({ action: 'user.viewed', from, to: from + 1 })
    },
  ],
]

async function measure(work: Work, database: Database): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    await work(database)
    times.push(performance.now() - began)
  }
  return times.toSorted((one, other) => one - other)[ROUNDS / 2] ?? 0
}

async function open(size: number, folder: string): Promise<Database> {
  const url = values.postgres?.replace('{size}', String(size))
  const database =
    url === undefined ? openSqlite(join(folder, `${size}.sqlite`)) : openPostgres(url)
  await migrate(database)
  await growth(database, { accounts: Math.max(1000, size / 10), events: size, at })
  return database
}

const folder = mkdtempSync(join(tmpdir(), 'understudy-growth-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const medians = new Map<string, number[]>(queries.map(([name]) => [name, []]))
for (const size of sizes) {
  const database = await open(size, folder)
  for (const [name, make] of queries) medians.get(name)?.push(await measure(make(size), database))
  await database.close()
}
const thousands = (size: number): string => size.toLocaleString('en').replaceAll(',', ' ')
console.log(
  `| Page of 25 | µs at ${thousands(sizes[0] ?? 0)} | ${sizes
    .slice(1)
    .map((size) => `× at ${thousands(size)}`)
    .join(' | ')} |`,
)
console.log(`| --- | ${sizes.map(() => '---:').join(' | ')} |`)
for (const [name, [base = 1, ...grown]] of medians) {
  const ratios = grown.map((time) => (time / base).toFixed(1))
  console.log(`| ${name} | ${(base * 1000).toFixed(0)} | ${ratios.join(' | ')} |`)
}
