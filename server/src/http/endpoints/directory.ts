import { z } from 'zod'
import { readApp } from '../../operations/read-app.ts'
import { readConsents, readUser } from '../../operations/read-user.ts'
import { searchUsers } from '../../operations/search-users.ts'
import type { Endpoint } from '../endpoint.ts'
import { endpoint } from '../endpoint.ts'
import { id, idOrNull, pageOf, paging, text, totalling } from '../parameters.ts'
import { presentApp, presentConsent, presentPage, presentUser } from '../present.ts'

interface PageQuery {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

interface UserQuery extends PageQuery {
  readonly q?: string | undefined
  readonly status?: 'active' | 'disabled' | undefined
  readonly role?: string | undefined
  readonly organization?: string | undefined
  readonly total?: boolean | undefined
}

const userQuery: z.ZodType<UserQuery> = z.strictObject({
  q: text(200).optional(),
  status: z.enum(['active', 'disabled']).optional(),
  role: id.optional(),
  organization: id.optional(),
  ...paging,
  ...totalling,
})

const pageQuery: z.ZodType<PageQuery> = z.strictObject(paging)

export const directoryEndpoints: readonly Endpoint[] = [
  endpoint<undefined, UserQuery>({
    method: 'get',
    path: '/users',
    summary: 'Search users by e-mail, name, organisation or id',
    access: 'read_user',
    readsFor: true,
    query: userQuery,
    answers: { 200: 'users' },
    async handle({ ports, reader, query, origin }) {
      const { cursor: _cursor, limit: _limit, total: _total, ...filter } = query
      const found = await searchUsers(ports, reader, filter, pageOf(query), origin)
      return { status: 200, body: presentPage(found, presentUser) }
    },
  }),
  endpoint<undefined, undefined>({
    method: 'get',
    path: '/users/:userId',
    summary: 'One user',
    access: 'read_user',
    readsFor: true,
    answers: { 200: 'user' },
    async handle({ ports, reader, params, origin }) {
      const user = await readUser(ports, reader, idOrNull(params['userId']), origin)
      return { status: 200, body: presentUser(user) }
    },
  }),
  endpoint<undefined, PageQuery>({
    method: 'get',
    path: '/users/:userId/consents',
    summary: 'What a user allowed which app, also what was withdrawn',
    access: 'read_user',
    readsFor: true,
    query: pageQuery,
    answers: { 200: 'consents' },
    async handle({ ports, reader, params, query, origin }) {
      const sub = idOrNull(params['userId'])
      const found = await readConsents(ports, reader, sub, pageOf(query), origin)
      return { status: 200, body: presentPage(found, presentConsent) }
    },
  }),
  endpoint<undefined, PageQuery>({
    method: 'get',
    path: '/apps',
    summary: 'List apps',
    access: 'read_app',
    query: pageQuery,
    answers: { 200: 'apps' },
    async handle({ ports, query }) {
      const found = await ports.directory.listApps(pageOf(query))
      return { status: 200, body: presentPage(found, presentApp) }
    },
  }),
  endpoint<undefined, undefined>({
    method: 'get',
    path: '/apps/:appId',
    summary: 'One app',
    access: 'read_app',
    answers: { 200: 'app' },
    async handle({ ports, params }) {
      return { status: 200, body: presentApp(await readApp(ports, idOrNull(params['appId']))) }
    },
  }),
]
