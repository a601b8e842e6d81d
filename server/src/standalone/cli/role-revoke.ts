import type { CommandDef } from 'citty'
import { commandLine } from '../administration/requester.ts'
import { revokeRole } from '../administration/revoke-role.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { roleArguments, roleInput } from './role-arguments.ts'
import { withProvider } from './with-parts.ts'

export const roleRevoke: CommandDef = command({
  name: 'understudy role revoke',
  description: 'Take a role from somebody; ends the impersonations it allowed',
  args: roleArguments,
  input: roleInput,
  async run({ sub, role }) {
    const changed = await withProvider((parts) => revokeRole(parts, sub, role, commandLine))
    print(
      changed ? `${sub} has the role ${role} no more.` : `${sub} did not have the role ${role}.`,
    )
  },
})
