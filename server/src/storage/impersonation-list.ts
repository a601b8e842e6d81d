import type { Expression, SqlBool } from 'kysely'
import { expressionBuilder, sql } from 'kysely'
import type { Impersonation } from '../impersonation/impersonation.ts'
import type { ImpersonationFilter } from '../ports/impersonations.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import type { Database } from './database.ts'
import type { ImpersonationRow, Schema } from './schema.ts'
import { toImpersonation } from './impersonation-row.ts'
import { keyOf, toPage } from './page.ts'

/** Newest first; ids sort by time. Overdue ones count as ended, whether or not somebody noticed yet. */
export async function listImpersonations(
  database: Database,
  filter: ImpersonationFilter,
  page: PageRequest,
  now: number,
): Promise<Page<Impersonation>> {
  const below = keyOf(page)
  let query = database.kysely
    .selectFrom('impersonation')
    .selectAll()
    .where(matching(database, filter, now))
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
  if (below !== null) query = query.where('id', '<', below)
  const rows = await database.rows<ImpersonationRow>(query.compile())
  return toPage(rows, page, (row) => row.id, toImpersonation)
}

export async function countImpersonations(
  database: Database,
  filter: ImpersonationFilter,
  now: number,
  atMost: number,
): Promise<number> {
  const some = database.kysely.selectFrom('impersonation').select('id').limit(atMost)
  const query = sql<{ n: number }>`select count(*) as n
    from (${some.where(matching(database, filter, now))}) as counted`
  const [row] = await database.rows<{ n: number }>(query.compile(database.kysely))
  return row?.n ?? 0
}

/** From what narrows most to what narrows least. */
const COLUMNS = ['subject', 'actor', 'organization', 'app'] as const

function matching(
  database: Database,
  filter: ImpersonationFilter,
  now: number,
): Expression<SqlBool> {
  const row = expressionBuilder<Schema, 'impersonation'>()
  const asked = COLUMNS.filter((column) => filter[column] !== undefined)
  // Open ones are looked through: there is one for each actor, who alone has an index of them.
  const leader = filter.status === 'active' ? 'actor' : asked[0]
  const same = asked.map((column) => {
    // A plus keeps SQLite from the index of a column.
    const plus = sql.raw(database.dialect === 'sqlite' && column !== leader ? '+' : '')
    return sql<boolean>`${plus}${sql.ref(column)} = ${filter[column]}`
  })
  if (filter.status === undefined) return row.and(same)
  const active = isActive(database, now)
  return row.and([...same, filter.status === 'active' ? active : row.not(active)])
}

/** Open ones are few and have an index of their own, in which SQLite shall not look for a time. */
function isActive({ dialect }: Database, now: number): Expression<SqlBool> {
  const row = expressionBuilder<Schema, 'impersonation'>()
  const expiresAt = sql<number>`${sql.raw(dialect === 'sqlite' ? '+' : '')}${sql.ref('expires_at')}`
  return row.and([
    row('ended_at', 'is', null),
    row(expiresAt, '>', now),
    row.or([
      row('redeemed_at', 'is not', null),
      row('redeem_by', 'is', null),
      row('redeem_by', '>', now),
    ]),
  ])
}
