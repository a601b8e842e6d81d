import { Access } from '../../tools/access.ts'
import { apiPath } from '../api-path.ts'
import type { Route } from '../route.ts'
import { ok, route } from '../route.ts'

export const appRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/apps',
    access: Access.ReadApp,
    query: ['cursor', 'limit'],
    handle: async ({ actor, query }) => ok(await actor.get('/apps', query)),
  }),
  route({
    method: 'get',
    path: '/api/apps/:id',
    access: Access.ReadApp,
    handle: async ({ actor, params }) => ok(await actor.get(apiPath('apps', params['id']))),
  }),
]
