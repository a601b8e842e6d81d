import { sql } from 'kysely'
import type { Account } from '../impersonation/account.ts'
import type { AccountFilter } from '../ports/directory.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import type { AccountWithOrganization } from './account-row.ts'
import { toAccount } from './account-row.ts'
import type { Database } from './database.ts'
import { keyOf, toPage } from './page.ts'

const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, (found) => `\\${found}`)

/** In the order of their e-mails, which are unique. */
export async function searchAccounts(
  database: Database,
  filter: AccountFilter,
  page: PageRequest,
): Promise<Page<Account>> {
  const after = keyOf(page)
  let query = database.kysely
    .selectFrom('account')
    .leftJoin('organization', 'organization.id', 'account.organization')
    .selectAll('account')
    .select('organization.name as organization_name')
    .orderBy('account.email')
    .limit(page.limit + 1)
  if (after !== null) query = query.where('account.email', '>', after)
  if (filter.status !== undefined) query = query.where('account.status', '=', filter.status)
  if (filter.role !== undefined) {
    // `like` would not tell upper from lower case on SQLite.
    const role = JSON.stringify(filter.role)
    query = query.where(sql<boolean>`replace(account.roles, ${role}, '') <> account.roles`)
  }
  if (filter.q !== undefined) {
    const pattern = `%${escapeLike(filter.q.toLowerCase())}%`
    const matches = ['account.email', 'account.name', 'account.sub', 'organization.name'] as const
    query = query.where((row) =>
      row.or(
        matches.map(
          (column) => sql<boolean>`lower(${row.ref(column)}) like ${pattern} escape '\\'`,
        ),
      ),
    )
  }
  const rows = await database.rows<AccountWithOrganization>(query.compile())
  return toPage(rows, page, (row) => row.email, toAccount)
}
