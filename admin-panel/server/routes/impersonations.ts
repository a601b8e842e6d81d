import { Access } from '../../tools/access.ts'
import { apiPath } from '../api-path.ts'
import { Denied, Refused } from '../denied.ts'
import { listInReach } from '../list-in-reach.ts'
import { isUserInReach, rememberReach } from '../reach.ts'
import type { PanelAnswer, PanelRequest, Route } from '../route.ts'
import { ok, route } from '../route.ts'

/** As much of it as decides who may see and end it. */
export interface Impersonation {
  readonly id: string
  readonly actor: { readonly sub: string }
  readonly subject: { readonly sub: string }
}

interface Recorded extends Impersonation {
  readonly timeline: readonly object[]
}

async function listImpersonations(request: PanelRequest): Promise<PanelAnswer> {
  const { query, person } = request
  const isReachable = rememberReach(request)
  // The same calls, whether or not strangers have to do with whom or what is asked for.
  const isNarrow = query['actor'] !== undefined || query['app'] !== undefined
  if (person.within !== null && isNarrow) await isReachable(person.user.sub)
  return ok(
    await listInReach<Impersonation>(request, '/impersonations', query, (found) =>
      isOwn(request, found) ? Promise.resolve(true) : isReachable(found.subject.sub),
    ),
  )
}

const isOwn = ({ person }: Pick<PanelRequest, 'person'>, found: Impersonation): boolean =>
  found.actor.sub === person.user.sub

/** @throws Denied NOT_FOUND */
async function find(request: PanelRequest): Promise<Recorded> {
  const path = apiPath('impersonations', request.params['id'])
  // A route of its own, which is not about one impersonation.
  if (path === '/impersonations/ended') throw new Denied('NOT_FOUND')
  const found = await request.actor.get<Recorded>(path).catch(async (error: unknown) => {
    // The same calls and the same answer as for one that is out of reach.
    const isUnknown = error instanceof Refused && error.status === 404
    if (!isUnknown || request.person.within === null) throw error
    await isUserInReach(request, request.person.user.sub)
    throw new Denied('NOT_FOUND')
  })
  if (isOwn(request, found) || (await isUserInReach(request, found.subject.sub))) return found
  throw new Denied('NOT_FOUND')
}

/** Where somebody was and with which browser is the audit trail's to tell, also here. */
async function show(request: PanelRequest): Promise<PanelAnswer> {
  const found = await find(request)
  if (request.person.accesses.includes(Access.ReadAudit)) return ok(found)
  const timeline = found.timeline.map((event) => ({ ...event, ip: null, user_agent: null }))
  return ok({ ...found, timeline })
}

/** One's own are always easy to end; those of others are not everybody's. */
async function revoke(request: PanelRequest): Promise<PanelAnswer> {
  const { accesses, user } = request.person
  const found = await find(request)
  if (!isOwn(request, found) && !accesses.includes(Access.RevokeImpersonation)) {
    const access = Access.RevokeImpersonation
    throw new Denied('ACCESS_MISSING', { access, roles: user.roles })
  }
  await request.actor.call({ method: 'DELETE', path: apiPath('impersonations', found.id) })
  return { status: 204 }
}

export const impersonationRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/impersonations',
    access: Access.ReadImpersonation,
    query: ['status', 'actor', 'subject', 'app', 'cursor', 'limit', 'total'],
    handle: listImpersonations,
  }),
  route({
    method: 'get',
    path: '/api/impersonations/:id',
    access: Access.ReadImpersonation,
    handle: show,
  }),
  route({
    method: 'delete',
    path: '/api/impersonations/:id',
    access: [Access.RevokeImpersonation, Access.Impersonation],
    handle: revoke,
  }),
]
