import type { CommandDef } from 'citty'
import { group } from './command.ts'
import { roleGrant } from './role-grant.ts'
import { roleRevoke } from './role-revoke.ts'

export const role: CommandDef = group('understudy role', 'What staff may do', {
  grant: roleGrant,
  revoke: roleRevoke,
})
