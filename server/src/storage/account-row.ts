import type { Account } from '../impersonation/account.ts'
import type { AccountRow } from './schema.ts'

/** An account with the name of its organisation. */
export type AccountWithOrganization = AccountRow & { readonly organization_name: string | null }

export const toRow = (
  account: Account,
  passwordHash: string | null,
  createdAt: number,
): AccountRow => ({
  sub: account.sub,
  email: account.email.toLowerCase(),
  name: account.name,
  organization: account.organization?.id ?? null,
  roles: JSON.stringify(account.roles),
  status: account.status,
  password_hash: passwordHash,
  last_login_at: account.lastLoginAt,
  created_at: createdAt,
})

export const toAccount = (row: AccountWithOrganization): Account => ({
  sub: row.sub,
  email: row.email,
  name: row.name,
  organization:
    row.organization === null
      ? null
      : { id: row.organization, name: row.organization_name ?? row.organization },
  roles: JSON.parse(row.roles) as string[],
  status: row.status,
  lastLoginAt: row.last_login_at,
})
