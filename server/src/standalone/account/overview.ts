import type { Context } from 'koa'
import { originOf, sessionIdOf } from '../../index.ts'
import { csrfToken } from '../interactions/form.ts'
import { historyPage } from '../pages/history-page.ts'
import { overviewPage } from '../pages/overview-page.ts'
import type { ProviderParts } from '../parts.ts'
import { backTo, doneIn } from './account-router.ts'
import { endAsSubject } from './end-as-subject.ts'
import { endSessions } from './end-session.ts'
import type { SignedIn } from './signed-in.ts'
import { withdrawConsent } from './withdraw-consent.ts'

const PAGE = 20

export async function showOverview(
  parts: ProviderParts,
  ctx: Context,
  { account, session, formKey }: SignedIn,
): Promise<void> {
  const { storage, impersonation, clock } = parts
  const { sub, email } = account
  const first = { cursor: null, limit: PAGE }
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

export async function showHistory(
  parts: ProviderParts,
  ctx: Context,
  { account, formKey }: SignedIn,
): Promise<void> {
  const asked = ctx.query['cursor']
  const cursor = typeof asked === 'string' ? asked : null
  const { email, sub } = account
  const acted = await parts.impersonation.list({ subject: sub }, { cursor, limit: PAGE })
  ctx.type = 'html'
  const csrf = csrfToken(parts, formKey)
  ctx.body = historyPage({ email, csrf, acted, isFirstPage: cursor === null })
}

export async function submitEnd(
  parts: ProviderParts,
  ctx: Context,
  { account }: SignedIn,
  form: URLSearchParams,
): Promise<void> {
  const found = await endAsSubject(parts, account.sub, form.get('id') ?? '', originOf(ctx))
  backTo(ctx, '/account', found ? 'ended' : undefined)
}

export async function submitWithdraw(
  parts: ProviderParts,
  ctx: Context,
  { account }: SignedIn,
  form: URLSearchParams,
): Promise<void> {
  const app = form.get('app') ?? ''
  const consent = await parts.storage.consents.find(account.sub, app)
  if (consent === undefined) return backTo(ctx, '/account')
  await withdrawConsent(parts, account.sub, app, originOf(ctx))
  backTo(ctx, '/account', 'withdrawn')
}

/** One session, or, without an `id`, all but this one. */
export async function submitSignOut(
  parts: ProviderParts,
  ctx: Context,
  { account, session }: SignedIn,
  form: URLSearchParams,
): Promise<void> {
  const id = form.get('id')
  const all = await parts.storage.sessions.listOf(account.sub, parts.clock())
  const others = all.filter(({ uid }) => uid !== session.uid)
  const meant = others.filter((other) => id === null || other.id === id)
  await endSessions(parts, account.sub, meant)
  backTo(ctx, '/account', 'signed-out')
}
