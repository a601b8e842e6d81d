import { useTranslation } from 'react-i18next'
import { Access, RoleAccesses } from '../../tools/access.ts'
import { useApps } from '../api/apps.ts'
import type { Check } from '../api/start.ts'
import { useCheck } from '../api/start.ts'
import type { User } from '../api/users.ts'
import { firstChoice, isEligible } from '../apps/eligible.ts'
import { useMay, useSession } from '../app/session.tsx'

interface Obstacle {
  /** Why this user cannot be impersonated now, as a sentence. */
  readonly obstacle: string | null
  /** Whether ending the agent's own impersonation would help. */
  readonly endable: boolean
  /** Nothing is known yet. */
  readonly pending: boolean
}

/** What stands in the way whichever app it will be, by a dry run with the first that qualifies. */
export function useObstacle(user: User): Obstacle {
  const { t } = useTranslation()
  const may = useMay()
  const { user: self, live } = useSession()
  const allowed = may('Impersonation')
  const apps = useApps({ limit: 100 }, allowed && may('ReadApp'))
  const app = firstChoice(apps.data?.items.filter(isEligible) ?? [])?.client_id ?? null
  const check = useCheck(user.sub, app, { mode: 'read_only' }, allowed && live === null)
  const stop = (obstacle: string, endable = false): Obstacle => ({
    obstacle,
    endable,
    pending: false,
  })
  if (!allowed) return stop(t('impersonate.needs_role', { roles: rolesThatMay }))
  if (live !== null) {
    return stop(t('impersonate.already', { who: live.subject.email ?? live.subject.sub }), true)
  }
  if (apps.data !== undefined && app === null) return stop(t('impersonate.no_app'))
  if (check.error?.code === 'IMPERSONATOR_NOT_ALLOWED') return stop(t('impersonate.not_allowed'))
  if (fails(check.data, 'TARGET_NOT_ALLOWED')) {
    return stop(t(`impersonate.target_${targetOf(user, self.sub)}`))
  }
  if (fails(check.data, 'NOT_FOUND')) return stop(t('impersonate.out_of_reach'))
  return { obstacle: null, endable: false, pending: apps.isLoading || check.isLoading }
}

const rolesThatMay = Object.entries(RoleAccesses)
  .filter(([, accesses]) => accesses.includes(Access.Impersonation))
  .map(([role]) => role)
  .join(', ')

const fails = (check: Check | undefined, code: string): boolean =>
  check?.rules.some((rule) => rule.code === code) ?? false

/** The server has one answer for the three; the page knows enough to be more helpful. */
function targetOf(user: User, self: string): 'self' | 'disabled' | 'staff' | 'protected' {
  if (user.sub === self) return 'self'
  if (user.status === 'disabled') return 'disabled'
  return user.roles.length > 0 ? 'staff' : 'protected'
}
