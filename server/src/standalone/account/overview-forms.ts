import type { Context } from 'koa'
import { originOf } from '../../index.ts'
import type { ProviderParts } from '../parts.ts'
import { backTo } from './account-router.ts'
import { endAsSubject } from './end-as-subject.ts'
import { endSessions } from './end-session.ts'
import type { SignedIn } from './signed-in.ts'
import { withdrawConsent } from './withdraw-consent.ts'

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
