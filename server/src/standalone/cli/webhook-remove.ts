import type { CommandDef } from 'citty'
import { z } from 'zod'
import { commandLine } from '../administration/requester.ts'
import { removeWebhook } from '../webhooks/administer.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withParts } from './with-parts.ts'

export const webhookRemove: CommandDef = command({
  name: 'understudy webhook remove',
  description: 'Tell it nothing more',
  args: { id: { type: 'positional', description: 'whe_…' } },
  input: z.strictObject({ id: z.string() }),
  async run({ id }) {
    await withParts((parts) => removeWebhook(parts, id, commandLine))
    print(`${id} is told nothing more.`)
  },
})
