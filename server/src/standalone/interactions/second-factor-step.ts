import type { Context } from 'koa'
import type { Account } from '../../index.ts'
import { originOf } from '../../index.ts'
import type { Factors } from '../credentials/factors.ts'
import { factorsOf, hasSecondFactor } from '../credentials/factors.ts'
import { unusedCode } from '../credentials/one-time-password.ts'
import { noSecondFactorPage, secondFactorPage } from '../pages/second-factor-page.ts'
import type { ProviderParts } from '../parts.ts'
import { authenticationOptions } from '../credentials/use-passkey.ts'
import { allowOwnScript } from '../web/allow-own-script.ts'
import { csrfToken, readForm } from '../web/form.ts'
import { completeLogin } from './complete-login.ts'
import type { Interaction } from './interaction.ts'
import { attemptLogin } from './login-limits.ts'
import { proofIn } from './prove-second-factor.ts'

const WRONG = {
  otp: 'This code is wrong, or it was used already. Wait for the next one and try again.',
  passkey: 'This passkey was not accepted. Try again.',
  recovery_code: 'This recovery code is wrong, or it was used already.',
} as const
const WAIT = 'Too many attempts. Wait a few minutes and try again.'

export async function showSecondFactor(
  parts: ProviderParts,
  ctx: Context,
  interaction: Interaction,
  account: Account,
  shown: { readonly status?: number; readonly error?: string } = {},
): Promise<void> {
  const factors = await factorsOf(parts.storage, account.sub)
  const { otp, passkeys, recoveryCodes } = factors
  const csrf = csrfToken(parts, interaction.uid)
  const { email } = account
  ctx.status = shown.status ?? 200
  ctx.type = 'html'
  if (!hasSecondFactor(factors)) {
    const cancelAction = `/interaction/${interaction.uid}/cancel`
    ctx.body = noSecondFactorPage({ email, csrf, cancelAction })
    return
  }
  if (passkeys.length > 0) allowOwnScript(ctx)
  ctx.body = secondFactorPage({
    action: `/interaction/${interaction.uid}/second-factor`,
    csrf,
    email,
    error: shown.error,
    hasCode: otp !== undefined,
    hasRecoveryCodes: recoveryCodes > 0,
    passkeyOptions:
      passkeys.length > 0
        ? await authenticationOptions(parts, passkeys, purposeOf(interaction))
        : undefined,
    demoCode: demoCodeOf(parts, factors),
  })
}

const purposeOf = ({ uid }: Interaction): string => `interaction/${uid}`

function demoCodeOf({ server, box, clock }: ProviderParts, { otp }: Factors): string | undefined {
  if (!server.demo || otp === undefined) return undefined
  return unusedCode(box.open(otp.sealedSecret), otp.lastStep, clock()) ?? undefined
}

/** Takes a second factor of somebody whose password was right, or who is signed in already. */
export async function submitSecondFactor(
  parts: ProviderParts,
  ctx: Context,
  interaction: Interaction,
  account: Account,
): Promise<void> {
  const form = await readForm(parts, ctx, interaction.uid)
  const origin = originOf(ctx)
  const { method, check } = proofIn(form, parts, account, purposeOf(interaction))
  const { wait, found: methods } = await attemptLogin(
    parts,
    account.email,
    origin,
    check,
    'second-factor',
  )
  if (wait !== null) {
    ctx.set('Retry-After', String(wait))
    return showSecondFactor(parts, ctx, interaction, account, { status: 429, error: WAIT })
  }
  await parts.impersonation.recordAside(
    {
      action: methods === undefined ? 'mfa.failed' : 'mfa.succeeded',
      outcome: methods === undefined ? 'failure' : 'success',
      actor: account.sub,
      organization: account.organization?.id ?? null,
      app: interaction.app.clientId,
      details: { method },
    },
    origin,
  )
  if (methods !== undefined) return completeLogin(parts, ctx, interaction, account, methods)
  await showSecondFactor(parts, ctx, interaction, account, { status: 400, error: WRONG[method] })
}
