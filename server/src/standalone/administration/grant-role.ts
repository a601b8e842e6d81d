import type { Parts } from '../parts.ts'
import { changeRoles } from './change-roles.ts'
import type { Requester } from './requester.ts'

/** @returns whether the account did not hold it before. @throws Refusal not_found */
export const grantRole = (
  parts: Parts,
  sub: string,
  role: string,
  requester: Requester,
): Promise<boolean> => changeRoles(parts, sub, { action: 'role.granted', role }, requester)
