import { S2sConfig } from '../../server/src/configs/variable.ts'
import type { Facts } from '../../server/src/impersonation/policy.ts'
import type { Settings } from 'understudy'
import { account, app } from './plain-directory.ts'
import { NOW } from './stores.ts'

export const settings: Settings = {
  ...S2sConfig,
  impersonationRoles: ['boss', { role: 'manager', within: 'organization' }],
}

export const org = (id: string): { id: string; name: string } => ({ id, name: `Name of ${id}` })

/** Facts that pass every rule. */
export const facts = (more: Partial<Facts> = {}): Facts => ({
  settings,
  now: NOW,
  wish: { mode: 'read_only', reason: null, ticket: null },
  actor: { account: account('boss', { roles: ['boss'] }), mfaAt: NOW / 1000, session: 'uid' },
  subject: account('jane'),
  app: app('portal'),
  canRedeem: true,
  consent: undefined,
  running: undefined,
  ...more,
})
