import type { CommandDef } from 'citty'
import { z } from 'zod'
import { knownWebhook } from '../webhooks/administer.ts'
import { tryWebhook } from '../webhooks/try-webhook.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withParts } from './with-parts.ts'

export const webhookTest: CommandDef = command({
  name: 'understudy webhook test',
  description: 'Send it a message that says nothing',
  args: { id: { type: 'positional', description: 'whe_…' } },
  input: z.strictObject({ id: z.string() }),
  async run({ id }) {
    const outcome = await withParts(async (parts) =>
      tryWebhook(parts, await knownWebhook(parts, id)),
    )
    if (!outcome.sent) throw new Error(`${id} was not reached: ${outcome.error}`)
    print(`${id} has taken it.`)
  },
})
