import type { CommandDef } from 'citty'
import { group } from './command.ts'
import { sessionsList } from './sessions-list.ts'
import { sessionsRevoke } from './sessions-revoke.ts'

export const sessions: CommandDef = group('understudy sessions', 'Impersonations, live and past', {
  list: sessionsList,
  revoke: sessionsRevoke,
})
