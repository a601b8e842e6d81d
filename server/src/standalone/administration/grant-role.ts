import type { Parts } from '../parts.ts'
import type { RoleChange } from './change-roles.ts'
import { changeRoles } from './change-roles.ts'
import type { Requester } from './requester.ts'

/** Changes nothing where the account holds it already. @throws Refusal */
export const grantRole = (
  parts: Parts,
  sub: string,
  role: string,
  requester: Requester,
): Promise<RoleChange> => changeRoles(parts, sub, { action: 'role.granted', role }, requester)
