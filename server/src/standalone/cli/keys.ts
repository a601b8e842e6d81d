import type { CommandDef } from 'citty'
import { group } from './command.ts'
import { keysReseal } from './keys-reseal.ts'
import { keysRotate } from './keys-rotate.ts'

export const keys: CommandDef = group('understudy keys', 'The issuer’s keys', {
  rotate: keysRotate,
  reseal: keysReseal,
})
