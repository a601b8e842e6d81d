import type { CommandDef } from 'citty'
import { grantRole } from '../administration/grant-role.ts'
import { commandLine } from '../administration/requester.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { roleArguments, roleInput } from './role-arguments.ts'
import { withProvider } from './with-parts.ts'

export const roleGrant: CommandDef = command({
  name: 'understudy role grant',
  description: 'Give somebody a role, which makes them staff',
  args: roleArguments,
  input: roleInput,
  async run({ sub, role }) {
    const changed = await withProvider((parts) => grantRole(parts, sub, role, commandLine))
    print(`${sub} ${changed ? 'has' : 'had already'} the role ${role}.`)
  },
})
