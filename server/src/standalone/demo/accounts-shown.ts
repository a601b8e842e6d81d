import type { DemoAccounts } from '../pages/demo-box.ts'
import { DEMO_PASSWORD, personOf } from './people.ts'

/** What the login page and the table at the start say about who may sign in. */
const NOTES: Readonly<Record<string, string>> = {
  usr_root: 'super_admin: may impersonate',
  usr_root2: 'super_admin: is impersonating a customer already',
  usr_support: 'support_admin: may, once an operator adds the role',
  usr_agent: 'support_agent: may look up, may not impersonate',
  usr_olga: 'org_admin, Northwind: may, once an operator adds the role',
  usr_jane: 'customer: uses Portal and Billing',
  usr_omar: 'customer: has not allowed Billing',
}

export const demoAccountsShown: DemoAccounts = {
  accounts: Object.entries(NOTES).map(([sub, note]) => ({ email: personOf(sub).email, note })),
  password: DEMO_PASSWORD,
}
