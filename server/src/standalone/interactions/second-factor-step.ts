import type { Context } from 'koa'
import type { Account } from '../../index.ts'
import { originOf } from '../../index.ts'
import { unusedCode } from '../one-time-password.ts'
import { noSecondFactorPage, secondFactorPage } from '../pages/second-factor-page.ts'
import type { ProviderParts } from '../parts.ts'
import { useCode } from '../use-code.ts'
import { completeLogin } from './complete-login.ts'
import { csrfToken, readForm } from './form.ts'
import type { Interaction } from './interaction.ts'
import { attemptLogin } from './login-limits.ts'

const WRONG = 'This code is wrong, or it was used already. Wait for the next one and try again.'
const WAIT = 'Too many attempts. Wait a few minutes and try again.'

export async function showSecondFactor(
  parts: ProviderParts,
  ctx: Context,
  interaction: Interaction,
  account: Account,
  shown: { readonly status?: number; readonly error?: string } = {},
): Promise<void> {
  const factor = await parts.storage.secondFactors.find(account.sub)
  const csrf = csrfToken(parts, interaction.uid)
  const { email } = account
  ctx.status = shown.status ?? 200
  ctx.type = 'html'
  if (factor === undefined) {
    const cancelAction = `/interaction/${interaction.uid}/cancel`
    ctx.body = noSecondFactorPage({ email, csrf, cancelAction })
    return
  }
  const secret = parts.box.open(factor.sealedSecret)
  ctx.body = secondFactorPage({
    action: `/interaction/${interaction.uid}/second-factor`,
    csrf,
    email,
    error: shown.error,
    demoCode: parts.server.demo
      ? (unusedCode(secret, factor.lastStep, parts.clock()) ?? undefined)
      : undefined,
  })
}

/** Takes a one-time password for somebody whose password was right, or who is signed in already. */
export async function submitSecondFactor(
  parts: ProviderParts,
  ctx: Context,
  interaction: Interaction,
  account: Account,
): Promise<void> {
  const form = await readForm(parts, ctx, interaction.uid)
  const origin = originOf(ctx)
  const code = (form.get('code') ?? '').replaceAll(/\s/g, '')
  const { wait, found: accepted = false } = await attemptLogin(
    parts,
    account.email,
    origin,
    async () => (await useCode(parts, account, code)) || undefined,
  )
  if (wait !== null) {
    ctx.set('Retry-After', String(wait))
    return showSecondFactor(parts, ctx, interaction, account, { status: 429, error: WAIT })
  }
  await parts.impersonation.recordAside(
    {
      action: accepted ? 'mfa.succeeded' : 'mfa.failed',
      outcome: accepted ? 'success' : 'failure',
      actor: account.sub,
      app: interaction.app.clientId,
      details: { method: 'otp' },
    },
    origin,
  )
  if (accepted) return completeLogin(parts, ctx, interaction, account, ['pwd', 'otp'])
  await showSecondFactor(parts, ctx, interaction, account, { status: 400, error: WRONG })
}
