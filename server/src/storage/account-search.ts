import type { Expression, SelectQueryBuilder } from 'kysely'
import { sql } from 'kysely'
import type { Account } from '../impersonation/account.ts'
import type { AccountFilter } from '../ports/directory.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import type { AccountWithOrganization } from './account-row.ts'
import { toAccount } from './account-row.ts'
import { matchesOf, needleOf, patternOf } from './account-text.ts'
import type { Database } from './database.ts'
import { keyOf, toPage } from './page.ts'
import type { Schema } from './schema.ts'

/** As many as are sorted for one page; whatever is found more often is near in any order. */
const FEW = 5000

type Search = SelectQueryBuilder<Schema, 'account', AccountWithOrganization>

/** In the order of their e-mails, which are unique. */
export async function searchAccounts(
  database: Database,
  filter: AccountFilter,
  page: PageRequest,
): Promise<Page<Account>> {
  const matching = await selectMatching(database, filter.q ?? '')
  const query = narrow(database, matching, filter, keyOf(page)).limit(page.limit + 1)
  const rows = await database.rows<AccountWithOrganization>(query.compile())
  return toPage(rows, page, (row) => row.email, toAccount)
}

/** `null` where a text is found so often that counting would take longer than a page. */
export async function countAccounts(
  database: Database,
  filter: AccountFilter,
  atMost: number,
): Promise<number | null> {
  const { q = '' } = filter
  if (q !== '' && !(await isRare(database, needleOf(q)))) return null
  const some = narrow(database, await selectMatching(database, q), filter, null)
    .clearOrderBy()
    .clearSelect()
    .select('account.sub')
    .limit(atMost)
  return count(database, some)
}

/** Everybody whose text holds `q`, by the cheaper of two ways: from the text, or along the e-mails. */
async function selectMatching(database: Database, q: string): Promise<Search> {
  const { kysely, dialect } = database
  if (q === '') return complete(kysely.selectFrom('account'))
  const needle = needleOf(q)
  const withText = kysely
    .selectFrom('account')
    .innerJoin('account_text', 'account_text.account', 'account.sub')
  if (dialect === 'postgres') {
    const holds = sql<boolean>`account_text.text like ${patternOf(needle)}`
    return complete(withText.where(holds))
  }
  const holds = sql<boolean>`instr(account_text.text, ${needle}) > 0`
  const matches = sql<boolean>`account_trigram match ${matchesOf(needle)}`
  if (!(await isRare(database, needle))) {
    // SQLite keeps the order of a cross join: along the e-mails …
    const alongAccounts = kysely.selectFrom('account').crossJoin('account_text')
    return complete(alongAccounts.whereRef('account_text.account', '=', 'account.sub').where(holds))
  }
  // … or few texts first, then their accounts by key.
  const fromText = kysely
    .selectFrom('account_trigram')
    .crossJoin('account_text')
    .crossJoin('account')
    .where(matches)
    .where(holds)
    .whereRef('account_text.id', '=', 'account_trigram.rowid')
    .whereRef('account.sub', '=', 'account_text.account')
  return complete(fromText)
}

const complete = (accounts: SelectQueryBuilder<Schema, 'account', object>): Search =>
  accounts
    .leftJoin('organization', 'organization.id', 'account.organization')
    .selectAll('account')
    .select('organization.name as organization_name')

/** Whether so few texts may hold it that all of them can be looked at. */
async function isRare(database: Database, needle: string): Promise<boolean> {
  const { kysely, dialect } = database
  const some =
    dialect === 'postgres'
      ? kysely
          .selectFrom('account_text')
          .select('account')
          .where(sql<boolean>`text like ${patternOf(needle)}`)
          .limit(FEW + 1)
      : kysely
          .selectFrom('account_trigram')
          .select('rowid')
          .where(sql<boolean>`account_trigram match ${matchesOf(needle)}`)
          .limit(FEW + 1)
  return (await count(database, some)) <= FEW
}

async function count(database: Database, some: Expression<unknown>): Promise<number> {
  const query = sql<{ n: number }>`select count(*) as n from (${some}) as counted`
  const [row] = await database.rows<{ n: number }>(query.compile(database.kysely))
  return row?.n ?? 0
}

function narrow(
  { dialect }: Database,
  search: Search,
  { status, organization, role }: AccountFilter,
  after: string | null,
): Search {
  let query = search.orderBy('account.email')
  if (after !== null) query = query.where('account.email', '>', after)
  // Accounts with a role are few: on SQLite a plus keeps the planner from other indexes than theirs.
  const column = (name: string): ReturnType<typeof sql<string>> =>
    sql<string>`${sql.raw(role !== undefined && dialect === 'sqlite' ? '+' : '')}${sql.ref(name)}`
  if (status !== undefined) query = query.where(column('account.status'), '=', status)
  if (organization !== undefined) {
    query = query.where(column('account.organization'), '=', organization)
  }
  if (role === undefined) return query
  // `like` would not tell upper from lower case on SQLite.
  const held = JSON.stringify(role)
  return query
    .where(sql<boolean>`account.roles <> '[]'`)
    .where(sql<boolean>`replace(account.roles, ${held}, '') <> account.roles`)
}
