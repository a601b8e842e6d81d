import { Access } from '../../tools/access.ts'
import type { AccessRules } from '../access-rules.ts'
import { accessesOf } from '../access-rules.ts'
import type { Route } from '../route.ts'
import { ok, route } from '../route.ts'

/** What the API says of its settings. */
interface Settings {
  readonly policy: {
    readonly impersonation_roles: readonly {
      readonly role: string
      readonly within: string | null
    }[]
  }
  readonly roles: readonly string[]
}

/** Both desks side by side: what a role may do in the panel, and whether the server lets it impersonate. */
function describeRoles(rules: AccessRules, { policy, roles }: Settings): object[] {
  return [...new Set([...roles, ...rules.allowedRoles])].map((role) => {
    const entries = policy.impersonation_roles.filter((entry) => entry.role === role)
    const isUnlimited = entries.some(({ within }) => within === null)
    return {
      role,
      accesses: accessesOf(rules, [role]),
      allowed: rules.allowedRoles.includes(role),
      may_impersonate: entries.length > 0,
      within: isUnlimited ? null : (entries[0]?.within ?? null),
    }
  })
}

/** What concerns the whole house. */
export const houseRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/settings',
    access: Access.ReadSettings,
    async handle({ actor, accessRules }) {
      const settings = await actor.get<Settings>('/settings')
      return ok({ policy: settings.policy, roles: describeRoles(accessRules, settings) })
    },
  }),
  route({
    method: 'get',
    path: '/api/statistics',
    access: Access.ReadImpersonation,
    wholeHouse: true,
    handle: async ({ actor }) => ok(await actor.get('/statistics')),
  }),
]
