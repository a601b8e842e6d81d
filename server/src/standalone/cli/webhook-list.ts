import type { CommandDef } from 'citty'
import { z } from 'zod'
import { waitingFor } from '../webhooks/waiting.ts'
import { MOST_WAITING } from '../webhooks/watch-backlog.ts'
import { command } from './command.ts'
import { jsonList, print, table } from './print.ts'
import { withParts } from './with-parts.ts'

const HEAD = ['WEBHOOK', 'FORMAT', 'EVENTS', 'URL', 'WAITING', 'FAILURES', 'LAST ERROR']

export const webhookList: CommandDef = command({
  name: 'understudy webhook list',
  description: 'Show who is told of starts and ends, and what waits',
  args: { json: { type: 'boolean', description: 'a JSON array' } },
  input: z.strictObject({ json: z.boolean() }),
  async run({ json }) {
    const webhooks = await withParts(async ({ storage }) => {
      const endpoints = await storage.webhookEndpoints.list()
      return Promise.all(
        endpoints.map(async (endpoint) => {
          const { id, url, format, events, audience, failures, lastError } = endpoint
          const { waiting } = await waitingFor(storage, endpoint, MOST_WAITING)
          return { id, url, format, events, audience, waiting, failures, last_error: lastError }
        }),
      )
    })
    const rows = webhooks.map(({ id, url, format, events, waiting, failures, last_error }) => [
      id,
      format,
      events.join(' '),
      url,
      String(waiting),
      String(failures),
      last_error,
    ])
    print(json ? jsonList(webhooks) : table(HEAD, rows))
  },
})
