import type { Access } from '../tools/access.ts'
import type { AccessRules } from './access-rules.ts'
import { accessesOf, isOrganizationOnly, rolesThatCount } from './access-rules.ts'
import { Denied } from './denied.ts'

/** An account, as the S2S API describes it. */
export interface User {
  readonly sub: string
  readonly email: string
  readonly name: string
  readonly organization: { readonly id: string; readonly name: string } | null
  readonly roles: readonly string[]
  readonly status: 'active' | 'disabled'
}

/** Who is signed in, and what that means in the panel now. */
export interface Person {
  readonly user: User
  readonly accesses: readonly Access[]
  /** `null`: of all organisations. Else of this one only, and `''` is of none at all. */
  readonly within: string | null
}

/** @throws Denied SESSION_EXPIRED for an account that is disabled, ACCESS_MISSING without a role */
export function toPerson(rules: AccessRules, user: User): Person {
  if (user.status !== 'active') throw new Denied('SESSION_EXPIRED')
  const { roles } = user
  if (rolesThatCount(rules, roles).length === 0) {
    throw new Denied('ACCESS_MISSING', { access: null, roles })
  }
  const within = isOrganizationOnly(rules, roles) ? (user.organization?.id ?? '') : null
  return { user, accesses: accessesOf(rules, roles), within }
}
