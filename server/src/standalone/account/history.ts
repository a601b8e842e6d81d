import type { Context } from 'koa'
import { historyPage } from '../pages/history-page.ts'
import type { ProviderParts } from '../parts.ts'
import { csrfToken } from '../web/form.ts'
import type { SignedIn } from './signed-in.ts'

const PAGE = 20

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
