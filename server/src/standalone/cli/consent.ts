import type { CommandDef } from 'citty'
import { group } from './command.ts'
import { consentRevoke } from './consent-revoke.ts'

export const consent: CommandDef = group('understudy consent', 'What users allowed apps', {
  revoke: consentRevoke,
})
