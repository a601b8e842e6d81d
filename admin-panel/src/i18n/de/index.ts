import type { English } from '../en/index.ts'
import type { Words } from '../words.ts'
import { audit } from './audit.ts'
import { impersonate } from './impersonate.ts'
import { impersonations } from './impersonations.ts'
import { problems } from './problems.ts'
import { settings } from './settings.ts'
import { shell } from './shell.ts'
import { states } from './states.ts'
import { users } from './users.ts'

export const de: Words<English> = {
  ...shell,
  ...states,
  ...users,
  ...impersonate,
  ...impersonations,
  ...audit,
  ...settings,
  ...problems,
}
