import type { Context } from 'koa'
import { originOf } from '../../index.ts'
import { newSecret, otpauthUri } from '../credentials/one-time-password.ts'
import { authenticatorPage } from '../pages/factor-pages.ts'
import type { ProviderParts } from '../parts.ts'
import { csrfToken } from '../web/form.ts'
import { backTo } from './account-router.ts'
import { enrolAuthenticator } from './change-factors.ts'
import { raiseSession } from './raise-session.ts'
import type { Proven } from './signed-in.ts'

const WRONG = 'This code is not the one the app should show. Check the secret and the clock.'

export const showAuthenticator = (parts: ProviderParts, ctx: Context, proven: Proven): void =>
  showWith(parts, ctx, proven, newSecret())

function showWith(
  parts: ProviderParts,
  ctx: Context,
  { account, formKey }: Proven,
  secret: string,
  error?: string,
): void {
  ctx.type = 'html'
  ctx.body = authenticatorPage({
    email: account.email,
    csrf: csrfToken(parts, formKey),
    secret,
    uri: otpauthUri(secret, account.email),
    // Kept in the page until it is proved, and good in this session only.
    sealed: parts.box.seal(JSON.stringify([formKey, secret])),
    error,
  })
}

export async function submitAuthenticator(
  parts: ProviderParts,
  ctx: Context,
  proven: Proven,
  form: URLSearchParams,
): Promise<void> {
  const secret = openSecret(parts, proven, form.get('sealed') ?? '')
  if (secret === undefined) return backTo(ctx, '/account/security/authenticator')
  const code = (form.get('code') ?? '').replaceAll(/\s/g, '')
  const given = { secret, code }
  if (await enrolAuthenticator(parts, proven.account, given, originOf(ctx))) {
    await raiseSession(proven.session, 'otp')
    return backTo(ctx, '/account/security', 'enrolled')
  }
  showWith(parts, ctx, proven, secret, WRONG)
  ctx.status = 400
}

function openSecret(
  { box }: ProviderParts,
  { formKey }: Proven,
  sealed: string,
): string | undefined {
  try {
    const [key, secret] = JSON.parse(box.open(sealed)) as [string, string]
    return key === formKey ? secret : undefined
  } catch {
    return undefined
  }
}
