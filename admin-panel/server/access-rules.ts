import { ConfigurationError } from './configuration-error.ts'
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
 * @throws ConfigurationError naming what is wrong
 */
export function checkAccessRules(rules: AccessRules): void {
  const roles = Object.values(Role)
  checkNames('AllowedRoles', rules.allowedRoles, roles, 'role')
  checkNames('OrganizationRoles', rules.organizationRoles, roles, 'role')
  for (const role of rules.allowedRoles) {
    if (rules.roleAccesses[role] === undefined) {
      throw new ConfigurationError(`RoleAccesses: "${role}" may sign in, but has no entry`)
    }
  }
  for (const [role, accesses = []] of Object.entries(rules.roleAccesses)) {
    // A constant that does not exist becomes this name.
    if (role === 'undefined') throw notSet('RoleAccesses: the role of an entry', 'role')
    checkNames('RoleAccesses', [role], roles, 'role')
    checkNames(`RoleAccesses.${role}`, accesses, Object.values(Access), 'access')
  }
}

function checkNames(
  list: string,
  names: readonly (string | undefined)[],
  known: readonly string[],
  kind: 'role' | 'access',
): void {
  for (const [index, name] of names.entries()) {
    if (name === undefined) throw notSet(`${list}.${index}`, kind)
    if (known.includes(name)) continue
    const article = kind === 'role' ? 'a' : 'an'
    throw new ConfigurationError(`${list}: "${name}" is not ${article} ${kind}`)
  }
}

const notSet = (what: string, kind: string): ConfigurationError =>
  new ConfigurationError(`${what} is not set: is the ${kind}'s name spelt right?`)
