import type { CommandDef } from 'citty'
import { z } from 'zod'
import { pruneAudit } from '../../index.ts'
import { loadAuditKeys } from '../audit/audit-keys.ts'
import { auditPorts } from '../audit/audit-ports.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withParts } from './with-parts.ts'

/** `2030-01-31`, midnight UTC, or a whole time with its zone. */
const date = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: 'must be a date, say 2030-01-31, or a time with its zone',
  })
  .transform((text) => Date.parse(text))

export const auditPrune: CommandDef = command({
  name: 'understudy audit prune',
  description: 'Remove the oldest events for good, and leave a signed word about it',
  args: { before: { type: 'string', required: true, description: 'date; what is older goes' } },
  input: z.strictObject({ before: date }),
  async run({ before }) {
    const pruned = await withParts(async (parts) => {
      if (before > parts.clock()) throw new Error('That date is in the future.')
      const ports = auditPorts(parts, await loadAuditKeys(parts))
      return pruneAudit(ports, before, { by: 'command line' })
    })
    const { events, through } = pruned
    print(
      events === 0 ? 'Nothing is old enough.' : `Removed ${events} events, up to seq ${through}.`,
    )
  },
})
