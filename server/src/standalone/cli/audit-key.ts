import type { CommandDef } from 'citty'
import { z } from 'zod'
import { loadAuditKeys } from '../audit/audit-keys.ts'
import { command } from './command.ts'
import { jsonLine, print } from './print.ts'
import { withParts } from './with-parts.ts'

export const auditKey: CommandDef = command({
  name: 'understudy audit key',
  description: 'Print the public key that the audit trail is signed with',
  input: z.strictObject({}),
  async run() {
    const { publicKeys } = await withParts(loadAuditKeys)
    for (const key of publicKeys) print(jsonLine(key))
  },
})
