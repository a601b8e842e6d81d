import type { CommandDef } from 'citty'
import { z } from 'zod'
import { eraseUser } from '../administration/erase-user.ts'
import { commandLine } from '../administration/requester.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withProvider } from './with-parts.ts'

export const userErase: CommandDef = command({
  name: 'understudy user erase',
  description: 'Remove what is personal about somebody for good; ids and events stay',
  args: { sub: { type: 'positional', description: 'id of the account' } },
  input: z.strictObject({ sub: z.string() }),
  async run({ sub }) {
    await withProvider((parts) => eraseUser(parts, sub, commandLine))
    print(`${sub} is erased.`)
  },
})
