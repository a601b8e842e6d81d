import type { CommandDef } from 'citty'
import { z } from 'zod'
import { nowhere } from '../administration/requester.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withProvider } from './with-parts.ts'

export const sessionsRevoke: CommandDef = command({
  name: 'understudy sessions revoke',
  description: 'End an impersonation now',
  args: { id: { type: 'positional', description: 'imp_…' } },
  input: z.strictObject({ id: z.string() }),
  async run({ id }) {
    await withProvider(({ impersonation }) => impersonation.revoke(id, nowhere))
    print(`${id} has ended.`)
  },
})
