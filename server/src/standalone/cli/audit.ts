import type { CommandDef } from 'citty'
import { auditTail } from './audit-tail.ts'
import { group } from './command.ts'

export const audit: CommandDef = group('understudy audit', 'Who did what, and when', {
  tail: auditTail,
})
