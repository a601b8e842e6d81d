import type { CommandDef } from 'citty'
import { auditKey } from './audit-key.ts'
import { auditPrune } from './audit-prune.ts'
import { auditTail } from './audit-tail.ts'
import { auditVerify } from './audit-verify.ts'
import { group } from './command.ts'

export const audit: CommandDef = group('understudy audit', 'Who did what, and when', {
  tail: auditTail,
  verify: auditVerify,
  key: auditKey,
  prune: auditPrune,
})
