import type { Context } from 'koa'
import type { Account } from '../../index.ts'
import { MFA_ACR, originOf } from '../../index.ts'
import type { ProviderParts } from '../parts.ts'
import type { Interaction } from './interaction.ts'
import { finish } from './interaction.ts'

/** @param methods authentication methods used (RFC 8176): `pwd`, and `otp` for a one-time password. */
export async function completeLogin(
  parts: ProviderParts,
  ctx: Context,
  interaction: Interaction,
  account: Account,
  methods: readonly string[],
): Promise<void> {
  const { storage, impersonation, clock } = parts
  const usedTwo = methods.length > 1
  const now = clock()
  await storage.accounts.noteLogin(account.sub, now)
  await impersonation.record(
    {
      action: 'login.succeeded',
      outcome: 'success',
      actor: account.sub,
      organization: account.organization?.id ?? null,
      app: interaction.app.clientId,
      details: { amr: methods },
    },
    originOf(ctx),
  )
  await finish(parts, ctx, interaction.uid, {
    login: {
      accountId: account.sub,
      // The library would take the time of its next step, which a waiting consent page puts off.
      ts: Math.floor(now / 1000),
      amr: usedTwo ? [...methods, 'mfa'] : [...methods],
      ...(usedTwo && { acr: MFA_ACR }),
    },
  })
}
