import type { Parts } from '../parts.ts'
import { changeRoles } from './change-roles.ts'
import type { Requester } from './requester.ts'

/** @returns whether the account held it until now. @throws Refusal */
export const revokeRole = async (
  parts: Parts,
  sub: string,
  role: string,
  requester: Requester,
): Promise<boolean> =>
  (await changeRoles(parts, sub, { action: 'role.revoked', role }, requester)).changed
