import type { Settings } from '../../index.ts'
import type { DemoAccounts } from '../pages/demo-box.ts'
import { DEMO_PASSWORD, personOf } from './people.ts'

type Policy = Pick<Settings, 'impersonationRoles'>

/** What the login page and the table at the start say about who may sign in. */
const NOTES: Readonly<Record<string, (policy: Policy) => string>> = {
  usr_root: (policy) => `super_admin: ${leaveOf('super_admin', policy)}`,
  usr_root2: () => 'super_admin: is impersonating a customer already',
  usr_support: (policy) => `support_admin: ${leaveOf('support_admin', policy)}`,
  usr_agent: () => 'support_agent: may look up, may not impersonate',
  usr_olga: (policy) => `org_admin, Northwind: ${leaveOf('org_admin', policy)}`,
  usr_jane: () => 'customer: uses Portal and Billing',
  usr_omar: () => 'customer: has not allowed Billing',
}

function leaveOf(role: string, { impersonationRoles }: Policy): string {
  if (impersonationRoles.includes(role)) return 'may impersonate'
  const isWithin = impersonationRoles.some(
    (entry) => typeof entry !== 'string' && entry.role === role,
  )
  return isWithin ? 'may impersonate its members' : 'may, once an operator adds the role'
}

export const demoAccountsShown = (policy: Policy): DemoAccounts => ({
  accounts: Object.entries(NOTES).map(([sub, noteFor]) => ({
    email: personOf(sub).email,
    note: noteFor(policy),
  })),
  password: DEMO_PASSWORD,
})
