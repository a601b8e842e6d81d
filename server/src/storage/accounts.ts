import type { Account } from '../impersonation/account.ts'
import type { AccountFilter } from '../ports/directory.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import type { AccountWithOrganization } from './account-row.ts'
import { toAccount, toRow } from './account-row.ts'
import { countAccounts, searchAccounts } from './account-search.ts'
import type { Database } from './database.ts'
import type { AccountRow } from './schema.ts'
import type { Query } from './statement.ts'
import { prepare } from './statement.ts'
import type { Writer } from './unit-of-work.ts'

/** The ready-made server's people. A host with people of its own brings its own directory instead. */
export interface Accounts {
  find(sub: string): Promise<Account | undefined>
  /** E-mails are compared in lower case. */
  findCredentials(
    email: string,
  ): Promise<{ account: Account; passwordHash: string | null } | undefined>
  /** At most `atMost`; `null` where telling would take much longer than a page does. */
  count(filter: AccountFilter, atMost: number): Promise<number | null>
  search(filter: AccountFilter, page: PageRequest): Promise<Page<Account>>
  /** The unit fails with `ConditionLost('exists')` when the id or the e-mail is taken. */
  add(account: Account, passwordHash: string | null, createdAt: number): Promise<void>
  /** Does nothing when it is there already. */
  addOrganization(id: string, name: string): Promise<void>
  setStatus(sub: string, status: Account['status']): Promise<void>
  /** With `held`, the unit fails with `ConditionLost('changed')` when it holds others by now. */
  setRoles(sub: string, roles: readonly string[], held?: readonly string[]): Promise<void>
  noteLogin(sub: string, at: number): Promise<void>
}

export function createAccounts(database: Database, writer: Writer): Accounts {
  const statements = accountStatements(database)
  return {
    async find(sub) {
      const [row] = await database.rows(statements.find({ sub }))
      return row && toAccount(row)
    },
    async findCredentials(email) {
      const [row] = await database.rows(statements.findByEmail({ email: email.toLowerCase() }))
      return row && { account: toAccount(row), passwordHash: row.password_hash }
    },
    count: (filter, atMost) => countAccounts(database, filter, atMost),
    search: (filter, page) => searchAccounts(database, filter, page),
    async add(account, passwordHash, createdAt) {
      const row = toRow(account, passwordHash, createdAt)
      const query = database.kysely.insertInto('account').values(row).compile()
      await writer.write([{ ...query, onConflict: () => new ConditionLost('exists') }])
    },
    async addOrganization(id, name) {
      const insert = database.kysely.insertInto('organization').values({ id, name })
      await writer.write([insert.onConflict((conflict) => conflict.doNothing()).compile()])
    },
    setStatus: (sub, status) => writer.write([statements.set({ sub, column: { status } })]),
    async setRoles(sub, roles, held) {
      const set = database.kysely.updateTable('account').set({ roles: JSON.stringify(roles) })
      const update = set.where('sub', '=', sub)
      if (held === undefined) return writer.write([update.compile()])
      const query = update.where('roles', '=', JSON.stringify(held)).compile()
      await writer.write([{ ...query, onMiss: () => new ConditionLost('changed') }])
    },
    noteLogin: (sub, at) => writer.write([statements.set({ sub, column: { last_login_at: at } })]),
  }
}

interface AccountStatements {
  readonly find: (args: { sub: string }) => Query<AccountWithOrganization>
  readonly findByEmail: (args: { email: string }) => Query<AccountWithOrganization>
  readonly set: (args: { sub: string; column: Partial<AccountRow> }) => Query<unknown>
}

function accountStatements({ kysely }: Database): AccountStatements {
  // A join would cost SQLite four times as much as this for one row.
  const select = kysely
    .selectFrom('account')
    .selectAll('account')
    .select((row) =>
      row
        .selectFrom('organization')
        .select('organization.name')
        .whereRef('organization.id', '=', 'account.organization')
        .as('organization_name'),
    )
  return {
    find: prepare((slot) => select.where('account.sub', '=', slot('sub'))),
    findByEmail: prepare((slot) => select.where('account.email', '=', slot('email'))),
    set: ({ sub, column }) =>
      kysely.updateTable('account').set(column).where('sub', '=', sub).compile(),
  }
}
