import type { Context } from 'koa'
import type { InteractionResults } from 'oidc-provider'
import { errors } from 'oidc-provider'
import type { Account, RegisteredApp } from '../../index.ts'
import { findClientApp } from '../account/account-client.ts'
import { wantsSecondFactor } from '../oidc/interaction-policy.ts'
import type { ProviderParts } from '../parts.ts'
import { isSameBrowser, markBrowser } from './same-browser.ts'

/** Somebody whose password was right and whose second factor is still to come. */
interface Pending {
  readonly accountId: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly methods: readonly string[]
}

/** One authorization request that waits for its user. */
export interface Interaction {
  readonly uid: string
  readonly prompt: string
  readonly app: RegisteredApp
  readonly params: Readonly<Record<string, unknown>>
  readonly wantsSecondFactor: boolean
  /** Signed in already, by an earlier login in this browser. */
  readonly account: Account | undefined
  readonly pending: Pending | undefined
}

/** Long enough to find the telephone, short enough that nobody finds the half-open door. */
const PENDING_MS = 5 * 60_000

/**
 * @throws oidc-provider's SessionNotFound when this browser has no such interaction, or none any more
 *   because its app was switched off
 */
export async function findInteraction(parts: ProviderParts, ctx: Context): Promise<Interaction> {
  const { provider, storage, clock, server } = parts
  const details = await provider.interactionDetails(ctx.req, ctx.res)
  const { uid, prompt, params, session } = details
  const app = await findClientApp(storage, server.issuer, String(params['client_id']))
  if (app?.enabled !== true) throw new errors.SessionNotFound('its app is gone')
  const accountId = session?.accountId
  const { pending, browser } = (details.result ?? {}) as { pending?: Pending; browser?: string }
  const isOurs = isSameBrowser(ctx, server.issuer, uid, browser)
  return {
    uid,
    prompt: prompt.name,
    app,
    params,
    wantsSecondFactor: wantsSecondFactor(params),
    account:
      isStepUp(prompt.reasons) && accountId ? await storage.accounts.find(accountId) : undefined,
    pending: isOurs && pending && pending.at > clock() - PENDING_MS ? pending : undefined,
  }
}

/** A session that is too old, or lacks the second factor, needs only the second factor again. */
const isStepUp = (reasons: readonly string[]): boolean =>
  reasons.every((reason) => ['max_age', 'second_factor_wanted'].includes(reason))

/** Remembers the first step, in the interaction and so on the server. */
export async function rememberPending(
  parts: ProviderParts,
  ctx: Context,
  uid: string,
  accountId: string,
): Promise<void> {
  const { provider, clock } = parts
  const pending: Pending = { accountId, at: clock(), methods: ['pwd'] }
  await provider.interactionResult(
    ctx.req,
    ctx.res,
    { pending, browser: markBrowser(parts, ctx, uid) },
    { mergeWithLastSubmission: false },
  )
}

/**
 * Hands the outcome to the provider and sends the browser on. Not `interactionFinished`: that ends
 * the response before anything of this request is written.
 */
export async function finish(
  parts: ProviderParts,
  ctx: Context,
  uid: string,
  result: InteractionResults,
): Promise<void> {
  const returnTo = await parts.provider.interactionResult(
    ctx.req,
    ctx.res,
    { ...result, browser: markBrowser(parts, ctx, uid) },
    { mergeWithLastSubmission: true },
  )
  ctx.status = 303
  ctx.redirect(returnTo)
}
