import type { Route } from '../route.ts'
import { appRoutes } from './apps.ts'
import { auditRoutes } from './audit.ts'
import { houseRoutes } from './house.ts'
import { impersonationRoutes } from './impersonations.ts'
import { meRoutes } from './me.ts'
import { startRoutes } from './start.ts'
import { userRoutes } from './users.ts'

/** Everything a browser may ask the panel for, in the order in which it is documented. */
export const routes: readonly Route[] = [
  ...meRoutes,
  ...userRoutes,
  ...startRoutes,
  ...appRoutes,
  ...impersonationRoutes,
  ...auditRoutes,
  ...houseRoutes,
]
