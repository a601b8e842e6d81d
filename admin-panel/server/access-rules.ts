import { Access, AllowedRoles, OrganizationRoles, Role, RoleAccesses } from '../tools/access.ts'

/** The content of tools/access.ts, or what somebody wants instead of it. */
export interface AccessRules {
  readonly allowedRoles: readonly string[]
  readonly roleAccesses: Readonly<Record<string, readonly Access[] | undefined>>
  readonly organizationRoles: readonly string[]
}

export const defaultAccessRules: AccessRules = {
  allowedRoles: AllowedRoles,
  roleAccesses: RoleAccesses,
  organizationRoles: OrganizationRoles,
}

/** Those of somebody's roles that let them in. */
export const rolesThatCount = (rules: AccessRules, roles: readonly string[]): string[] =>
  roles.filter((role) => rules.allowedRoles.includes(role))

/** What somebody with these roles may do in the panel, in the order of `Access`. */
export function accessesOf(rules: AccessRules, roles: readonly string[]): Access[] {
  const held = new Set(rolesThatCount(rules, roles).flatMap((role) => rules.roleAccesses[role]))
  return Object.values(Access).filter((access) => held.has(access))
}

/** Whether nothing but roles of that kind let somebody in: the widest of the roles counts. */
export const isOrganizationOnly = (rules: AccessRules, roles: readonly string[]): boolean =>
  rolesThatCount(rules, roles).every((role) => rules.organizationRoles.includes(role))

/**
 * A misspelt role or access would open or close a door without a word.
 *
 * @throws Error naming what is wrong
 */
export function checkAccessRules(rules: AccessRules): void {
  const roles: ReadonlySet<string> = new Set(Object.values(Role))
  const known: ReadonlySet<string> = new Set(Object.values(Access))
  const named = { AllowedRoles: rules.allowedRoles, OrganizationRoles: rules.organizationRoles }
  for (const [list, names] of Object.entries(named)) {
    for (const role of names) {
      if (!roles.has(role)) throw new Error(`${list}: "${role}" is not a role`)
    }
  }
  for (const role of rules.allowedRoles) {
    if (rules.roleAccesses[role] === undefined) {
      throw new Error(`RoleAccesses: "${role}" may sign in, but has no entry`)
    }
  }
  for (const [role, accesses] of Object.entries(rules.roleAccesses)) {
    if (!roles.has(role)) throw new Error(`RoleAccesses: "${role}" is not a role`)
    const wrong = accesses?.find((access) => !known.has(access))
    if (wrong !== undefined) throw new Error(`RoleAccesses.${role}: "${wrong}" is not an access`)
  }
}
