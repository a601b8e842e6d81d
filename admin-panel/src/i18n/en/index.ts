import { audit } from './audit.ts'
import { impersonate } from './impersonate.ts'
import { impersonations } from './impersonations.ts'
import { problems } from './problems.ts'
import { settings } from './settings.ts'
import { shell } from './shell.ts'
import { states } from './states.ts'
import { users } from './users.ts'

export type English = typeof shell &
  typeof states &
  typeof users &
  typeof impersonate &
  typeof impersonations &
  typeof audit &
  typeof settings &
  typeof problems

/** Every word of the panel. Other languages have the same keys; the compiler holds them to it. */
export const en: English = {
  ...shell,
  ...states,
  ...users,
  ...impersonate,
  ...impersonations,
  ...audit,
  ...settings,
  ...problems,
}
