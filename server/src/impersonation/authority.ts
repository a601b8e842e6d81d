import type { Account } from './account.ts'
import { isActive } from './account.ts'
import type { Settings } from './settings.ts'

export type Reach = 'everyone' | 'own_organization' | 'nobody'

/** How far the roles an account holds now let it impersonate. The widest of its roles counts. */
export function reachOf(
  account: Account | undefined,
  settings: Pick<Settings, 'impersonationRoles'>,
): Reach {
  if (!isActive(account)) return 'nobody'
  const entries = settings.impersonationRoles.filter((entry) =>
    account.roles.includes(typeof entry === 'string' ? entry : entry.role),
  )
  if (entries.some((entry) => typeof entry === 'string')) return 'everyone'
  return entries.length > 0 ? 'own_organization' : 'nobody'
}

export function isWithinReach(actor: Account, subject: Account, reach: Reach): boolean {
  if (reach !== 'own_organization') return reach === 'everyone'
  return actor.organization !== null && actor.organization.id === subject.organization?.id
}

/** Whether a login used a second factor recently enough (RFC 9470 §4). Times in epoch seconds. */
export function hasFreshSecondFactor(
  login: { readonly mfaAt: number | null },
  settings: Pick<Settings, 'requireMfa' | 'mfaMaxAgeSeconds'>,
  nowSeconds: number,
): boolean {
  if (!settings.requireMfa) return true
  return login.mfaAt !== null && nowSeconds - login.mfaAt <= settings.mfaMaxAgeSeconds
}
