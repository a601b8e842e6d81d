import type { CommandDef } from 'citty'
import { group } from './command.ts'
import { webhookAdd } from './webhook-add.ts'
import { webhookList } from './webhook-list.ts'
import { webhookRemove } from './webhook-remove.ts'
import { webhookRotate } from './webhook-rotate.ts'
import { webhookTest } from './webhook-test.ts'

export const webhook: CommandDef = group('understudy webhook', 'Who is told of starts and ends', {
  add: webhookAdd,
  list: webhookList,
  remove: webhookRemove,
  rotate: webhookRotate,
  test: webhookTest,
})
