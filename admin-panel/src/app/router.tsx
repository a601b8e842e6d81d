import type { AnyRoute, AnyRouter } from '@tanstack/react-router'
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { Crashed } from '../states/crashed.tsx'
import { NotFound } from '../states/not-found.tsx'
import { Gate } from './gate.tsx'
import { parseSearch, stringifySearch } from './search.ts'

const root: AnyRoute = createRootRoute({ component: Gate })

/** Each page is a chunk of its own, fetched when it is first opened. */
const pages: readonly AnyRoute[] = [
  page('/', () => import('../overview/overview-page.tsx'), 'OverviewPage'),
  page('/users', () => import('../users/users-page.tsx'), 'UsersPage'),
  page('/users/$sub', () => import('../user/user-page.tsx'), 'UserPage'),
  page('/applications', () => import('../apps/apps-page.tsx'), 'AppsPage'),
  page(
    '/impersonations',
    () => import('../impersonations/impersonations-page.tsx'),
    'ImpersonationsPage',
  ),
  page('/audit', () => import('../audit/audit-page.tsx'), 'AuditPage'),
  page('/settings', () => import('../settings/settings-page.tsx'), 'SettingsPage'),
]

function page<Module extends Record<string, unknown>>(
  path: string,
  load: () => Promise<Module>,
  name: keyof Module & string,
): AnyRoute {
  return createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load, name),
  })
}

export const createPanelRouter = (): AnyRouter =>
  createRouter({
    routeTree: root.addChildren([...pages]),
    parseSearch,
    stringifySearch,
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: Crashed,
    // Following a link costs nothing before it is followed, and audits nothing.
    defaultPreload: false,
    scrollRestoration: true,
  })
