import { Access } from '../../tools/access.ts'
import { apiPath } from '../api-path.ts'
import { Denied, Refused } from '../denied.ts'
import { listInReach } from '../reach.ts'
import type { PanelAnswer, PanelRequest, Route } from '../route.ts'
import { ok, route } from '../route.ts'

/** As much of it as decides who may see and end it. */
export interface Impersonation {
  readonly id: string
  readonly actor: { readonly sub: string }
}

interface Recorded extends Impersonation {
  readonly timeline: readonly { readonly organization: string | null }[]
}

async function listImpersonations(request: PanelRequest): Promise<PanelAnswer> {
  const { actor, person, query } = request
  const areOwn = query['actor'] === person.user.sub
  const path = '/impersonations'
  return ok(areOwn ? await actor.get(path, query) : await listInReach(request, path))
}

const isOwn = ({ person }: Pick<PanelRequest, 'person'>, found: Impersonation): boolean =>
  found.actor.sub === person.user.sub

/** As its first event says, which is the start. */
const isInReach = ({ person }: Pick<PanelRequest, 'person'>, { timeline }: Recorded): boolean =>
  person.within === null || timeline[0]?.organization === person.within

/** @throws Denied NOT_FOUND */
async function find(request: PanelRequest): Promise<Recorded> {
  const path = apiPath('impersonations', request.params['id'])
  // A route of its own, which is not about one impersonation.
  if (path === '/impersonations/ended') throw new Denied('NOT_FOUND')
  const found = await request.actor.get<Recorded>(path).catch((error: unknown) => {
    // The same answer as for one that is out of reach.
    const isUnknown = error instanceof Refused && error.status === 404
    throw isUnknown && request.person.within !== null ? new Denied('NOT_FOUND') : error
  })
  if (isOwn(request, found) || isInReach(request, found)) return found
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
