import { z } from 'zod'
import { Access } from '../../tools/access.ts'
import { apiPath } from '../api-path.ts'
import type { User } from '../person.ts'
import { isInReach, listInReach, requireInReach } from '../reach.ts'
import type { PanelAnswer, PanelRequest, Route } from '../route.ts'
import { ok, route } from '../route.ts'

/** Filters by organisation at the server and once more here, since one of them may be forgotten. */
async function listUsers(request: PanelRequest): Promise<PanelAnswer> {
  const found = await listInReach<User>(request, '/users')
  return ok({ ...found, items: found.items.filter((user) => isInReach(request, user)) })
}

async function readUser(request: PanelRequest): Promise<PanelAnswer> {
  const { params } = request
  await requireInReach(request, params['id'])
  return ok(await request.actor.get(apiPath('users', params['id'])))
}

/** Something the API keeps about a user. */
const partOfUser = (part: string, query: readonly string[] = []): Route =>
  route({
    method: 'get',
    path: `/api/users/:id/${part}`,
    access: Access.ReadUser,
    query,
    async handle(request) {
      const { id } = request.params
      await requireInReach(request, id)
      return ok(await request.actor.get(apiPath('users', id, part), request.query))
    },
  })

interface ConsentWish {
  readonly reason: string
  readonly mode?: 'read_only' | 'full' | undefined
}

const consentBody: z.ZodType<ConsentWish> = z.strictObject({
  reason: z.string().max(4000),
  mode: z.enum(['read_only', 'full']).optional(),
})

export const userRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/users',
    access: Access.ReadUser,
    query: ['q', 'status', 'role', 'organization', 'cursor', 'limit', 'total'],
    handle: listUsers,
  }),
  route({ method: 'get', path: '/api/users/:id', access: Access.ReadUser, handle: readUser }),
  partOfUser('consents', ['cursor', 'limit']),
  partOfUser('sessions', ['cursor', 'limit']),
  partOfUser('consent-requests'),
  route<ConsentWish>({
    method: 'post',
    path: '/api/users/:id/consent-requests/:appId',
    access: Access.Impersonation,
    body: consentBody,
    async handle({ params, body, ...request }) {
      await requireInReach(request, params['id'])
      const path = apiPath('users', params['id'], 'consent-requests', params['appId'])
      return { status: 202, body: await request.actor.call({ method: 'POST', path, json: body }) }
    },
  }),
]
