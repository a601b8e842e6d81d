import { z } from 'zod'
import { listImpersonations } from '../../operations/list-impersonations.ts'
import { readImpersonation } from '../../operations/read-impersonation.ts'
import { reportEvents } from '../../operations/report-events.ts'
import { revokeImpersonation } from '../../operations/revoke-impersonation.ts'
import { revokeImpersonations } from '../../operations/revoke-impersonations.ts'
import type { Endpoint } from '../endpoint.ts'
import { ACTOR_TOKEN, endpoint } from '../endpoint.ts'
import {
  id,
  idOrNull,
  pageOf,
  paging,
  reportedId,
  reportedRoute,
  totalling,
} from '../parameters.ts'
import { presentAuditEvent, presentImpersonation, presentPage } from '../present.ts'

interface ListQuery {
  readonly status?: 'active' | 'ended' | undefined
  readonly actor?: string | undefined
  readonly subject?: string | undefined
  readonly organization?: string | undefined
  readonly app?: string | undefined
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
  readonly total?: boolean | undefined
}

const listQuery: z.ZodType<ListQuery> = z.strictObject({
  status: z.enum(['active', 'ended']).optional(),
  actor: id.optional(),
  subject: id.optional(),
  organization: id.optional(),
  app: id.optional(),
  ...paging,
  ...totalling,
})

interface RevokeQuery {
  readonly subject?: string | undefined
  readonly actor?: string | undefined
}

/** Nobody ends everything by leaving something out. */
const revokeQuery: z.ZodType<RevokeQuery> = z
  .strictObject({ subject: id.optional(), actor: id.optional() })
  .refine(({ subject, actor }) => (subject === undefined) !== (actor === undefined))

interface EventsBody {
  readonly events: readonly {
    readonly type: 'request' | 'write_blocked' | 'forbidden_route'
    readonly method: string
    readonly route: string
    readonly request_id?: string | null | undefined
    readonly count?: number | undefined
  }[]
}

const eventsBody: z.ZodType<EventsBody> = z
  .strictObject({
    events: z
      .array(
        z.strictObject({
          type: z.enum(['request', 'write_blocked', 'forbidden_route']),
          method: z.string().regex(/^[A-Z]{1,20}$/),
          route: reportedRoute,
          request_id: reportedId.optional(),
          count: z.int().min(1).optional(),
        }),
      )
      .min(1)
      .max(50),
  })
  .meta({ id: 'ReportEvents' })

export const impersonationEndpoints: readonly Endpoint[] = [
  endpoint<undefined, ListQuery>({
    method: 'get',
    path: '/impersonations',
    summary: 'List impersonations, newest first',
    access: 'read_impersonation',
    readsFor: true,
    query: listQuery,
    answers: { 200: 'impersonations' },
    async handle({ ports, query }) {
      const page = await listImpersonations(ports, query, pageOf(query))
      return { status: 200, body: presentPage(page, presentImpersonation) }
    },
  }),
  endpoint<undefined, RevokeQuery>({
    method: 'delete',
    path: '/impersonations',
    summary: 'Revoke all active impersonations of one user, or by one administrator',
    access: 'revoke_impersonation',
    query: revokeQuery,
    headers: { [ACTOR_TOKEN]: 'access token of the administrator who revokes' },
    answers: { 200: 'ended' },
    async handle({ ports, query, service, header, origin }) {
      const { subject, actor = '' } = query
      const whose = subject === undefined ? { actor } : { subject }
      const token = header(ACTOR_TOKEN)
      const ended = await revokeImpersonations(ports, service, whose, token, origin)
      return { status: 200, body: { ended } }
    },
  }),
  endpoint<undefined, undefined>({
    method: 'get',
    path: '/impersonations/:id',
    summary: 'One impersonation with its timeline',
    access: 'read_impersonation',
    readsFor: true,
    answers: { 200: 'impersonationWithTimeline' },
    async handle({ ports, params, service }) {
      const found = await readImpersonation(ports, service, idOrNull(params['id']) ?? '')
      const { events, isTruncated } = found.timeline
      const timeline = events.map(presentAuditEvent)
      const cut = isTruncated && { timeline_truncated: true }
      return { status: 200, body: { ...presentImpersonation(found), timeline, ...cut } }
    },
  }),
  endpoint<undefined, undefined>({
    method: 'delete',
    path: '/impersonations/:id',
    summary: 'Revoke an impersonation; an administrator may be named with `Actor-Token`',
    access: 'revoke_impersonation',
    headers: { [ACTOR_TOKEN]: 'access token of the administrator who revokes' },
    answers: { 204: null },
    async handle({ ports, params, service, header, origin }) {
      const found = idOrNull(params['id']) ?? ''
      await revokeImpersonation(ports, service, found, header(ACTOR_TOKEN), origin)
      return { status: 204 }
    },
  }),
  endpoint<EventsBody, undefined>({
    method: 'post',
    path: '/impersonations/:id/events',
    summary: 'Report what a resource server saw an impersonated token do',
    access: 'write_impersonation_event',
    body: eventsBody,
    answers: { 202: null },
    async handle({ ports, params, service, body, origin }) {
      const events = body.events.map(({ request_id: requestId, ...event }) => ({
        ...event,
        requestId: requestId ?? null,
      }))
      await reportEvents(ports, service, idOrNull(params['id']) ?? '', events, origin)
      return { status: 202 }
    },
  }),
]
