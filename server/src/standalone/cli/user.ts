import type { CommandDef } from 'citty'
import { group } from './command.ts'
import { userCreate } from './user-create.ts'
import { userEnrol } from './user-enrol.ts'
import { userErase } from './user-erase.ts'
import { userList } from './user-list.ts'
import { userDisable, userEnable } from './user-status.ts'

export const user: CommandDef = group('understudy user', 'People who can sign in', {
  create: userCreate,
  list: userList,
  enrol: userEnrol,
  disable: userDisable,
  enable: userEnable,
  erase: userErase,
})
