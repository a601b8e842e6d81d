import type { Impersonation } from '../impersonation/impersonation.ts'
import type { ImpersonationFilter } from '../ports/impersonations.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import type { Database } from './database.ts'
import type { ImpersonationRow } from './schema.ts'
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
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
  if (below !== null) query = query.where('id', '<', below)
  for (const column of ['actor', 'subject', 'app'] as const) {
    const value = filter[column]
    if (value !== undefined) query = query.where(column, '=', value)
  }
  if (filter.status !== undefined) {
    const active = filter.status === 'active'
    query = query.where((row) => {
      const isOpen = row.and([
        row('ended_at', 'is', null),
        row('expires_at', '>', now),
        row.or([
          row('redeemed_at', 'is not', null),
          row('redeem_by', 'is', null),
          row('redeem_by', '>', now),
        ]),
      ])
      return active ? isOpen : row.not(isOpen)
    })
  }
  const rows = await database.rows<ImpersonationRow>(query.compile())
  return toPage(rows, page, (row) => row.id, toImpersonation)
}
