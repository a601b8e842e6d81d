import type { Context } from 'koa'
import { sessionIdOf } from '../../index.ts'
import { overviewPage } from '../pages/overview-page.ts'
import type { ProviderParts } from '../parts.ts'
import { csrfToken } from '../web/form.ts'
import { doneIn } from './account-router.ts'
import type { SignedIn } from './signed-in.ts'

/** More than anybody is asked at a time. */
const REQUESTS = 20

export async function showOverview(
  parts: ProviderParts,
  ctx: Context,
  { account, session, formKey }: SignedIn,
): Promise<void> {
  const { storage, impersonation, clock } = parts
  const { sub, email } = account
  const first = { cursor: null, limit: REQUESTS }
  const [live, requests, consents, sessions] = await Promise.all([
    impersonation.list({ subject: sub, status: 'active' }, { cursor: null, limit: 100 }),
    storage.consentRequests.listOf(sub, first, clock()),
    storage.consents.listOf(sub),
    storage.sessions.listOf(sub, clock()),
  ])
  const nameOf = async (app: string): Promise<string> => (await storage.apps.find(app))?.name ?? app
  ctx.type = 'html'
  ctx.body = overviewPage({
    email,
    csrf: csrfToken(parts, formKey),
    done: doneIn(ctx),
    live: live.items,
    requests: await Promise.all(
      requests.items
        .filter(({ status }) => status === 'pending')
        .map(async ({ id, app }) => ({ id, app: await nameOf(app) })),
    ),
    consents: await Promise.all(
      consents
        .filter(({ revokedAt }) => revokedAt === null)
        .map(async (consent) => ({ ...consent, name: await nameOf(consent.app) })),
    ),
    sessions,
    current: sessionIdOf(session.uid),
  })
}
