import type { CommandDef } from 'citty'
import { commandLine } from '../administration/requester.ts'
import { addWebhook } from '../webhooks/administer.ts'
import type { AddedWebhook } from '../webhooks/administer.ts'
import type { NewWebhook } from '../webhooks/new-webhook.ts'
import { newWebhook } from '../webhooks/new-webhook.ts'
import { refuseUrl } from '../webhooks/reach.ts'
import { command } from './command.ts'
import { fields, print } from './print.ts'
import { UsageError } from './usage-error.ts'
import { withParts } from './with-parts.ts'

export const webhookAdd: CommandDef = command<NewWebhook>({
  name: 'understudy webhook add',
  description: 'Tell somebody of starts and ends',
  args: {
    url: { type: 'string', required: true, description: 'https; receives a POST each' },
    format: {
      type: 'enum',
      options: ['standard', 'caep'],
      description: 'Standard Webhooks (default), or CAEP security event tokens',
    },
    event: {
      type: 'string',
      description: 'impersonation.started, impersonation.ended or audit.*; repeatable',
    },
    audience: {
      type: 'string',
      description: 'caep: aud of the tokens; default: origin of the URL',
    },
  },
  repeatable: ['event'],
  read: ({ format = 'standard', events, ...typed }) => ({
    ...typed,
    format,
    ...((events as string[]).length > 0 && { events }),
  }),
  input: newWebhook,
  async run(input) {
    print(
      await withParts(async (parts) => {
        const wrong = refuseUrl(input.url, { loopback: !parts.server.production })
        if (wrong !== null) throw new UsageError(`--url: ${wrong}`)
        return describe(await addWebhook(parts, input, commandLine))
      }),
    )
  },
})

const describe = ({ endpoint, secret }: AddedWebhook): string =>
  fields([
    ['webhook', endpoint.id],
    ['events', endpoint.events.join(' ')],
    ...(endpoint.audience === null ? [] : [['audience', endpoint.audience] as const]),
    ...(secret === null ? [] : [['signing secret', secret] as const]),
  ])
