import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import type { Account } from '../../index.ts'
import { factorsOf, hasSecondFactor } from '../credentials/factors.ts'
import type { ProviderParts } from '../parts.ts'
import { readForm } from '../web/form.ts'
import { decline, showConsent, submitConsent } from './consent-step.ts'
import type { Interaction } from './interaction.ts'
import { findInteraction } from './interaction.ts'
import { showLogin, submitPassword } from './password-step.ts'
import { showSecondFactor, submitSecondFactor } from './second-factor-step.ts'

/** The pages between an authorization request and its answer; they work without JavaScript. */
export function interactionRoutes(parts: ProviderParts): Middleware {
  const router = new Router({ strict: true, sensitive: true })
  router.use((ctx, next) => {
    // A page with somebody's e-mail, code or form secret must not come back from a cache.
    ctx.set('Cache-Control', 'no-store')
    return next()
  })
  const at = (
    path: string,
    step: (ctx: Context, interaction: Interaction) => Promise<void> | void,
  ): Router =>
    router.post(`/interaction/:uid${path}`, async (ctx) =>
      step(ctx, await findInteraction(parts, ctx)),
    )

  router.get('/interaction/:uid', async (ctx) => {
    await show(parts, ctx, await findInteraction(parts, ctx))
  })
  at('/login', (ctx, interaction) => submitPassword(parts, ctx, interaction))
  at('/second-factor', async (ctx, interaction) => {
    const account = await halfSignedIn(parts, interaction)
    if (account === undefined) showLogin(parts, ctx, interaction)
    else await submitSecondFactor(parts, ctx, interaction, account)
  })
  at('/consent', async (ctx, interaction) => {
    const sub = await signedIn(parts, ctx)
    if (interaction.prompt !== 'consent' || sub === undefined) showLogin(parts, ctx, interaction)
    else await submitConsent(parts, ctx, interaction, sub)
  })
  at('/cancel', async (ctx, interaction) => {
    await readForm(parts, ctx, interaction.uid)
    await decline(parts, ctx, interaction)
  })
  const serve = router.routes() as unknown as Middleware
  return async (ctx, next) => {
    await (ctx.path.startsWith('/interaction/') ? serve(ctx, next) : next())
  }
}

async function show(parts: ProviderParts, ctx: Context, interaction: Interaction): Promise<void> {
  if (interaction.prompt === 'consent') {
    const sub = await signedIn(parts, ctx)
    if (sub !== undefined) return showConsent(parts, ctx, interaction, sub)
  }
  const account = await halfSignedIn(parts, interaction)
  if (account === undefined) showLogin(parts, ctx, interaction)
  else await showSecondFactor(parts, ctx, interaction, account)
}

/** Whose second factor is awaited: password just given, or an older session that must be raised. */
async function halfSignedIn(
  { storage }: ProviderParts,
  { pending, account, prompt }: Interaction,
): Promise<Account | undefined> {
  if (prompt !== 'login') return undefined
  if (pending !== undefined) {
    const found = await storage.accounts.find(pending.accountId)
    return found?.status === 'active' ? found : undefined
  }
  // Without a second factor to ask for, an older session is renewed with the password.
  if (account?.status !== 'active') return undefined
  return hasSecondFactor(await factorsOf(storage, account.sub)) ? account : undefined
}

async function signedIn({ provider }: ProviderParts, ctx: Context): Promise<string | undefined> {
  const { session } = await provider.interactionDetails(ctx.req, ctx.res)
  return session?.accountId
}
