import type { PanelRequest, Route } from '../route.ts'
import { ok, route } from '../route.ts'
import { IDLE_MS } from '../sessions.ts'
import type { Impersonation } from './impersonations.ts'

const LANGUAGES = ['en', 'de']

/** The one impersonation an administrator can have at a time. */
async function findLive({ actor, person }: PanelRequest): Promise<Impersonation | null> {
  const { items } = await actor.get<{ items: readonly Impersonation[] }>('/impersonations', {
    status: 'active',
    actor: person.user.sub,
    limit: '1',
  })
  return items[0] ?? null
}

export const meRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/me',
    access: null,
    isBackground: true,
    async handle(request) {
      const { person, session, issuer } = request
      const { sub, email, name, roles } = person.user
      return ok({
        user: { sub, email, name, roles },
        accesses: person.accesses,
        issuer,
        mfa_at: session.mfaAt === null ? null : new Date(session.mfaAt).toISOString(),
        idle_seconds: IDLE_MS / 1000,
        live: await findLive(request),
        languages: LANGUAGES,
      })
    },
  }),
]
