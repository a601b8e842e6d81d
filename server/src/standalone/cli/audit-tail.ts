import type { CommandDef } from 'citty'
import { z } from 'zod'
import type { AuditEvent } from '../../index.ts'
import { auditActions, presentAuditEvent, printable } from '../../index.ts'
import { readLatestEvents } from '../administration/read-latest-events.ts'
import { watchAuditTrail } from '../administration/watch-audit-trail.ts'
import { command } from './command.ts'
import { jsonLine, print } from './print.ts'
import { withParts } from './with-parts.ts'

const action = z.enum(auditActions, { error: 'is no action of the audit trail' })
const limit = z
  .string()
  .regex(/^(?:[1-9]\d{0,2}|1000)$/, 'must be 1 to 1000')
  .transform(Number)

export const auditTail: CommandDef = command({
  name: 'understudy audit tail',
  description: 'Show the last audit events, oldest first',
  args: {
    follow: { type: 'boolean', description: 'go on with what is added, until Ctrl+C' },
    limit: { type: 'string', description: '1 to 1000, default 25' },
    action: { type: 'string', description: 'only this one, say impersonation.started' },
    json: { type: 'boolean', description: 'one of the API’s AuditEvent objects on each line' },
  },
  input: z.strictObject({
    follow: z.boolean(),
    limit: limit.default(25),
    action: action.optional(),
    json: z.boolean(),
  }),
  async run({ follow, json, ...wanted }) {
    const show = (event: AuditEvent): void => {
      print(json ? jsonLine(presentAuditEvent(event)) : describe(event))
    }
    await withParts(async (parts) => {
      if (!follow) {
        for (const event of await readLatestEvents(parts.storage, wanted)) show(event)
        return
      }
      for await (const event of watchAuditTrail(parts, wanted, untilTold())) show(event)
    })
  },
})

function untilTold(): AbortSignal {
  const told = new AbortController()
  const stop = (): void => {
    told.abort()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  return told.signal
}

/** Lines come one by one, so columns are as wide as what usually stands in them. */
function describe(event: AuditEvent): string {
  const { actor, subject, app, impersonation } = event
  const about = Object.entries({ actor, service: event.service, subject, app, impersonation })
  const words = [
    new Date(event.at).toISOString(),
    event.action.padEnd(28),
    event.outcome.padEnd(7),
    ...(event.code === null ? [] : [event.code]),
    ...about.flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`])),
    ...Object.entries(event.details).map(([name, value]) => `${name}=${jsonLine(value)}`),
  ]
  return printable(words.join('  '))
}
