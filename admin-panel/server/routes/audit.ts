import { Access } from '../../tools/access.ts'
import { Denied } from '../denied.ts'
import { MFA_ACR } from '../issuer.ts'
import { listInReach } from '../reach.ts'
import type { PanelAnswer, PanelRequest, Route } from '../route.ts'
import { ok, route } from '../route.ts'

const FILTERS = ['from', 'to', 'action', 'actor', 'subject', 'app', 'impersonation', 'outcome']

/** Seconds since the second factor within which the audit trail may be taken away. */
const EXPORT_MAX_AGE = 300

async function exportEvents(request: PanelRequest): Promise<PanelAnswer> {
  const { session, actor, query, clock } = request
  const { mfaAt } = session
  if (mfaAt === null || clock() - mfaAt > EXPORT_MAX_AGE * 1000) {
    throw new Denied('MFA_REQUIRED', { acr_values: MFA_ACR, max_age: EXPORT_MAX_AGE })
  }
  const { headers, body } = await actor.stream('/audit-events/export', query)
  return { status: 200, headers, body }
}

export const auditRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/audit-events',
    access: Access.ReadAudit,
    query: [...FILTERS, 'cursor', 'limit', 'total'],
    handle: async (request) => ok(await listInReach(request, '/audit-events')),
  }),
  route({
    method: 'get',
    path: '/api/audit-events/export',
    access: Access.ExportAudit,
    wholeHouse: true,
    query: ['format', ...FILTERS],
    handle: exportEvents,
  }),
]
