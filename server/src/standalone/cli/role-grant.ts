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
    const { changed, factorsRemoved } = await withProvider((parts) =>
      grantRole(parts, sub, role, commandLine),
    )
    print(`${sub} ${changed ? 'has' : 'had already'} the role ${role}.`)
    if (!factorsRemoved) return
    print('The second factors it had as a customer are removed, and it is signed out.')
    print(`Give it one of yours: npx understudy user enrol ${sub}`)
  },
})
