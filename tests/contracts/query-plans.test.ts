import type { AccountFilter } from 'understudy'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditFilter } from '../../server/src/ports/audit-trail.ts'
import type { ImpersonationFilter } from '../../server/src/ports/impersonations.ts'
import { countAccounts, searchAccounts } from '../../server/src/storage/account-search.ts'
import { createAuditTrail } from '../../server/src/storage/audit-trail.ts'
import type { Database } from '../../server/src/storage/database.ts'
import {
  countImpersonations,
  listImpersonations,
} from '../../server/src/storage/impersonation-list.ts'
import { migrate } from '../../server/src/storage/migrate.ts'
import type { Query } from '../../server/src/storage/statement.ts'
import { createUnitOfWork } from '../../server/src/storage/unit-of-work.ts'
import { bareDatabase } from '../support/bare-database.ts'
import { eventTime, growth } from '../support/growth.ts'
import { databases, NOW } from '../support/stores.ts'

const cursor = (key: string): string => Buffer.from(key).toString('base64url')

/** Every choice of some of these members. */
function combinations<Whole extends object>(whole: Whole): Partial<Whole>[] {
  return Object.entries(whole).reduce<Partial<Whole>[]>(
    (some, [name, value]) => some.flatMap((one) => [one, { ...one, [name]: value }]),
    [{}],
  )
}

const audit: Required<AuditFilter> = {
  from: eventTime(NOW, 10_000),
  to: eventTime(NOW, 30_000),
  action: 'user.viewed',
  actor: 'usr_0000007',
  subject: 'usr_0000009',
  organization: 'org_7',
  app: 'app_3',
  impersonation: 'imp_7',
  outcome: 'denied',
}
const people: Required<AccountFilter> = {
  q: 'person7',
  status: 'disabled',
  role: 'org_admin',
  organization: 'org_7',
}
const records: Required<ImpersonationFilter> = {
  status: 'active',
  actor: 'usr_0000007',
  subject: 'usr_0000009',
  organization: 'org_7',
  app: 'app_3',
}

describe.each(databases)('lists on %s', (database) => {
  let opened: Database
  let close: () => Promise<void>
  const seen: Query<unknown>[] = []
  let watched: Database

  beforeAll(async () => {
    ;({ opened, close } = await bareDatabase(database))
    await migrate(opened)
    await growth(opened, { accounts: 20_000, events: 40_000, at: NOW })
    watched = {
      ...opened,
      rows(query) {
        seen.push(query)
        return opened.rows(query)
      },
    }
  }, 120_000)
  afterAll(() => close())

  /** What the database does for each query that `work` asks, one line a step. */
  async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
    seen.length = 0
    await work()
    const asked = [...seen]
    const steps: string[] = []
    for (const { sql, parameters } of asked) {
      const explain = database === 'sqlite' ? 'explain query plan' : 'explain'
      const rows = await opened.rows<object>({ sql: `${explain} ${sql}`, parameters })
      const lines = rows.map((row) => String('detail' in row ? row.detail : Object.values(row)[0]))
      steps.push(...lines.map((line) => line.replace(/\s*\(cost=.*/, '').trim()))
    }
    return steps
  }

  /** Steps that read a table from one end to the other, or sort more than one page. */
  const slow = (steps: readonly string[]): string[] =>
    steps.filter((step) =>
      database === 'sqlite'
        ? (/^SCAN (?!.*(?:USING|VIRTUAL)|\(?subquery|counted)/.test(step) && !isFirstKey(step)) ||
          step.includes('USE TEMP B-TREE')
        : /Seq Scan on (?!organization|audit_seal)/.test(step),
    )
  /** In the order of the rowid, newest first, until the page is full. */
  const isFirstKey = (step: string): boolean => /^SCAN audit_seal\b/.test(step)

  const isNarrow = (filter: Readonly<Record<string, unknown>>): boolean =>
    Object.keys(filter).length > 0 && filter['q'] !== 'customer'

  const trail = (): ReturnType<typeof createAuditTrail> =>
    createAuditTrail(watched, createUnitOfWork(watched))

  const mostEvents = combinations({ ...audit, action: 'impersonation.refreshed' as const })

  it.each([
    ...combinations(audit),
    ...mostEvents.filter((one) => one.action !== undefined && one.from === undefined),
  ])('of audit events use an index for %j', async (filter) => {
    const first = { cursor: null, limit: 25 }
    const later = { cursor: cursor('aud_0'), limit: 25 }
    const steps = await plansOf(async () => {
      await trail().list(filter, first)
      await trail().list(filter, later)
      await trail().count({ action: audit.action, ...filter }, 100)
    })
    expect(slow(steps)).toEqual([])
  })

  it.each(combinations(records))('of impersonations use an index for %j', async (filter) => {
    const steps = await plansOf(async () => {
      await listImpersonations(watched, filter, { cursor: null, limit: 25 }, NOW)
      await listImpersonations(
        watched,
        { ...filter, status: 'ended' },
        { cursor: cursor('imp_1'), limit: 25 },
        NOW,
      )
      if (isNarrow(filter)) await countImpersonations(watched, filter, NOW, 100)
      await countImpersonations(watched, { ...filter, status: 'active' }, NOW, 100)
    })
    expect(slow(steps)).toEqual([])
  })

  it.each(
    combinations(people).flatMap((one) =>
      one.q === undefined ? [one] : [one, { ...one, q: 'customer' }, { ...one, q: 'p7' }],
    ),
  )('of people use an index for %j', async (filter) => {
    const steps = await plansOf(async () => {
      await searchAccounts(watched, filter, { cursor: null, limit: 25 })
      await searchAccounts(watched, filter, { cursor: cursor('person5'), limit: 25 })
      // What stops soon, as it finds enough anywhere, need not have an index.
      if (isNarrow(filter)) await countAccounts(watched, filter, 100)
    })
    // Few texts are found first, then sorted.
    const isSearch = steps.some(
      (step) => step.includes('VIRTUAL TABLE') || step.includes('account_trigram'),
    )
    const sorts = (step: string): boolean =>
      isSearch && step.includes('USE TEMP B-TREE FOR ORDER BY')
    expect(slow(steps).filter((step) => !sorts(step))).toEqual([])
  })
})
