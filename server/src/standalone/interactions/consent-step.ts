import type { Context } from 'koa'
import { originOf } from '../../index.ts'
import { grantFor } from '../oidc/existing-grant.ts'
import { consentPage } from '../pages/consent-page.ts'
import { scopeWords } from '../pages/scope-words.ts'
import type { ProviderParts } from '../parts.ts'
import { csrfToken, readForm } from '../web/form.ts'
import type { Interaction } from './interaction.ts'
import { finish } from './interaction.ts'

/** What the app asks for, as far as it was registered for it. */
function askedScopes({ app, params }: Interaction): string[] {
  const registered = app.scope.split(' ')
  const asked = typeof params['scope'] === 'string' ? params['scope'] : ''
  return asked.split(' ').filter((scope) => registered.includes(scope))
}

export async function showConsent(
  parts: ProviderParts,
  ctx: Context,
  interaction: Interaction,
  sub: string,
): Promise<void> {
  const account = await parts.storage.accounts.find(sub)
  ctx.type = 'html'
  ctx.body = consentPage({
    action: `/interaction/${interaction.uid}/consent`,
    csrf: csrfToken(parts, interaction.uid),
    appName: interaction.app.name,
    email: account?.email ?? '',
    scopes: askedScopes(interaction).map(scopeWords),
  })
}

/** Writes down what was allowed, together with what was allowed before. */
export async function submitConsent(
  parts: ProviderParts,
  ctx: Context,
  interaction: Interaction,
  sub: string,
): Promise<void> {
  const form = await readForm(parts, ctx, interaction.uid)
  if (form.get('decision') !== 'accept') return decline(parts, ctx, interaction)
  const { storage, impersonation, clock, provider } = parts
  const { app } = interaction
  const [account, before] = await Promise.all([
    storage.accounts.find(sub),
    storage.consents.find(sub, app.clientId),
  ])
  const kept = before?.revokedAt === null ? before : undefined
  const scopes = [...(kept?.scope.split(' ') ?? []), ...askedScopes(interaction)]
  const scope = [...new Set(scopes)].join(' ')
  // Who has allowed support to look only has not allowed more by signing in.
  await storage.consents.grant(sub, app.clientId, scope, clock(), kept?.mode)
  await impersonation.record(
    {
      action: 'consent.granted',
      outcome: 'success',
      actor: sub,
      subject: sub,
      organization: account?.organization?.id ?? null,
      app: app.clientId,
      details: { scope },
    },
    originOf(ctx),
  )
  const grant = await grantFor({ oidc: { provider } }, sub, app, scope)
  await finish(parts, ctx, interaction.uid, { consent: { grantId: grant.jti } })
}

export const decline = (parts: ProviderParts, ctx: Context, { uid }: Interaction): Promise<void> =>
  finish(parts, ctx, uid, { error: 'access_denied', error_description: 'the user declined' })
