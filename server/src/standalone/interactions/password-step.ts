import type { Context } from 'koa'
import type { Account } from '../../index.ts'
import { originOf, printable } from '../../index.ts'
import { checkPassword } from '../credentials/check-password.ts'
import { demoAccountsShown } from '../demo/accounts-shown.ts'
import { factorsOf, hasSecondFactor } from '../credentials/factors.ts'
import { loginPage } from '../pages/login-page.ts'
import type { ProviderParts } from '../parts.ts'
import { csrfToken, readForm } from '../web/form.ts'
import { completeLogin } from './complete-login.ts'
import type { Interaction } from './interaction.ts'
import { rememberPending } from './interaction.ts'
import { attemptLogin } from './login-limits.ts'

const WRONG = 'The e-mail or the password is wrong.'
const WAIT = 'Too many attempts. Wait a few minutes and try again.'

interface Shown {
  readonly status?: number
  readonly email?: string | undefined
  readonly error?: string
}

export function showLogin(
  parts: ProviderParts,
  ctx: Context,
  interaction: Interaction,
  shown: Shown = {},
): void {
  const hint = interaction.params['login_hint']
  ctx.status = shown.status ?? 200
  ctx.type = 'html'
  ctx.body = loginPage({
    action: `/interaction/${interaction.uid}/login`,
    csrf: csrfToken(parts, interaction.uid),
    appName: interaction.app.name,
    email: shown.email ?? (typeof hint === 'string' ? hint : undefined),
    error: shown.error,
    demo: parts.server.demo ? demoAccountsShown(parts.settings) : undefined,
  })
}

/** Takes e-mail and password; goes on to the second factor where the account has one. */
export async function submitPassword(
  parts: ProviderParts,
  ctx: Context,
  interaction: Interaction,
): Promise<void> {
  const form = await readForm(parts, ctx, interaction.uid)
  const origin = originOf(ctx)
  const email = printable((form.get('email') ?? '').trim().slice(0, 320))
  const password = form.get('password') ?? ''
  const { wait, found: account } = await attemptLogin(parts, email, origin, () =>
    checkPassword(parts, email, password),
  )
  if (wait !== null) {
    ctx.set('Retry-After', String(wait))
    return showLogin(parts, ctx, interaction, { status: 429, email, error: WAIT })
  }
  if (account === undefined) {
    const app = interaction.app.clientId
    await parts.impersonation.recordAside(
      { action: 'login.failed', outcome: 'failure', app, email },
      origin,
    )
    return showLogin(parts, ctx, interaction, { status: 400, email, error: WRONG })
  }
  await goOn(parts, ctx, interaction, account)
}

async function goOn(
  parts: ProviderParts,
  ctx: Context,
  interaction: Interaction,
  account: Account,
): Promise<void> {
  const factors = await factorsOf(parts.storage, account.sub)
  if (!hasSecondFactor(factors) && !interaction.wantsSecondFactor) {
    return completeLogin(parts, ctx, interaction, account, ['pwd'])
  }
  await rememberPending(parts, ctx, interaction.uid, account.sub)
  ctx.status = 303
  ctx.redirect(`/interaction/${interaction.uid}`)
}
