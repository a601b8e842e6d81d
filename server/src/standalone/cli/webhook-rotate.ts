import type { CommandDef } from 'citty'
import { z } from 'zod'
import { commandLine } from '../administration/requester.ts'
import { rotateWebhook } from '../webhooks/rotate-webhook.ts'
import { command } from './command.ts'
import { fields, print } from './print.ts'
import { withParts } from './with-parts.ts'

const HOUR_MS = 3_600_000

const hours = z
  .string()
  .regex(/^(?:\d{1,2}|[1-6]\d\d|7[01]\d|720)$/, 'must be 0 to 720 hours')
  .transform(Number)

export const webhookRotate: CommandDef = command({
  name: 'understudy webhook rotate',
  description: 'Sign with a fresh secret, and for a while with the old one, too',
  args: {
    id: { type: 'positional', description: 'whe_…' },
    overlap: { type: 'string', description: 'hours in which both sign, 0 to 720; default 24' },
  },
  input: z.strictObject({ id: z.string(), overlap: hours.default(24) }),
  async run({ id, overlap }) {
    const { secret, until } = await withParts((parts) =>
      rotateWebhook(parts, id, overlap * HOUR_MS, commandLine),
    )
    print(
      fields([
        ['webhook', id],
        ['signing secret', secret],
        ['the old one signs, too, until', new Date(until).toISOString()],
      ]),
    )
  },
})
