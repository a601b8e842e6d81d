import type { CommandDef } from 'citty'
import { z } from 'zod'
import { commandLine } from '../administration/requester.ts'
import { setUserStatus } from '../administration/set-user-status.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withProvider } from './with-parts.ts'

const statusCommand = (
  verb: string,
  status: 'active' | 'disabled',
  description: string,
): CommandDef =>
  command({
    name: `understudy user ${verb}`,
    description,
    args: { sub: { type: 'positional', description: 'id of the account' } },
    input: z.strictObject({ sub: z.string() }),
    async run({ sub }) {
      const changed = await withProvider((parts) => setUserStatus(parts, sub, status, commandLine))
      print(`${sub} ${changed ? 'is' : 'was already'} ${status}.`)
    },
  })

export const userDisable: CommandDef = statusCommand(
  'disable',
  'disabled',
  'Let somebody in no more; ends the impersonations it concerns',
)

export const userEnable: CommandDef = statusCommand('enable', 'active', 'Let somebody in again')
