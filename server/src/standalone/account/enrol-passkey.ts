import type { Context } from 'koa'
import { originOf, printable } from '../../index.ts'
import { newPasskeyPage } from '../pages/factor-pages.ts'
import type { ProviderParts } from '../parts.ts'
import { registrationOptions, verifyRegistration } from '../credentials/register-passkey.ts'
import { methodOf } from '../credentials/use-passkey.ts'
import { allowOwnScript } from '../web/allow-own-script.ts'
import { csrfToken } from '../web/form.ts'
import { backTo } from './account-router.ts'
import { addPasskey } from './change-factors.ts'
import { raiseSession } from './raise-session.ts'
import type { Proven } from './signed-in.ts'

const WRONG = 'This passkey was not accepted. Try again.'

const showWith = async (
  parts: ProviderParts,
  ctx: Context,
  { account, formKey }: Proven,
  error?: string,
): Promise<void> => {
  allowOwnScript(ctx)
  ctx.type = 'html'
  ctx.body = newPasskeyPage({
    email: account.email,
    csrf: csrfToken(parts, formKey),
    options: await registrationOptions(parts, account, formKey),
    error,
  })
}

export const showNewPasskey = (parts: ProviderParts, ctx: Context, proven: Proven): Promise<void> =>
  showWith(parts, ctx, proven)

export async function submitNewPasskey(
  parts: ProviderParts,
  ctx: Context,
  proven: Proven,
  form: URLSearchParams,
): Promise<void> {
  const { account, formKey, session } = proven
  const found = await verifyRegistration(parts, account, formKey, form.get('credential') ?? '')
  const passkey = found && { ...found, name: nameIn(form) }
  if (passkey !== undefined && (await addPasskey(parts, account, passkey, originOf(ctx)))) {
    await raiseSession(session, methodOf(passkey))
    return backTo(ctx, '/account/security', 'enrolled')
  }
  await showWith(parts, ctx, proven, WRONG)
  ctx.status = 400
}

export async function submitPasskeyName(
  { storage }: ProviderParts,
  ctx: Context,
  { account, factors }: Proven,
  form: URLSearchParams,
): Promise<void> {
  const passkey = factors.passkeys.find(({ id }) => id === form.get('id'))
  if (passkey === undefined) return backTo(ctx, '/account/security')
  await storage.passkeys.rename(account.sub, passkey.id, nameIn(form))
  backTo(ctx, '/account/security', 'renamed')
}

const nameIn = (form: URLSearchParams): string =>
  printable((form.get('name') ?? '').trim().slice(0, 60)) || 'Passkey'
