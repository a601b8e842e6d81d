import type { CommandDef } from 'citty'
import { appCreate } from './app-create.ts'
import { appList } from './app-list.ts'
import { appDisable, appEnable } from './app-status.ts'
import { group } from './command.ts'

export const app: CommandDef = group('understudy app', 'Apps and services (OAuth clients)', {
  create: appCreate,
  list: appList,
  disable: appDisable,
  enable: appEnable,
})
