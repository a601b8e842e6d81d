import type { Parts } from '../parts.ts'
import { changeRoles } from './change-roles.ts'
import type { Requester } from './requester.ts'

/** @returns whether the account held it until now. @throws Refusal not_found */
export const revokeRole = (
  parts: Parts,
  sub: string,
  role: string,
  requester: Requester,
): Promise<boolean> => changeRoles(parts, sub, { action: 'role.revoked', role }, requester)
