import type { Context } from 'koa'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import Provider from 'oidc-provider'
import type { Storage } from '../../index.ts'
import { isSameBrowser, unmarkBrowser } from './same-browser.ts'

/** Told of an outcome that another browser came for than the one that brought it about. */
export type NoteForeign = (ctx: Context, interaction: AdapterPayload) => Promise<void>

/**
 * Requests as the provider reads them. Their outcome is for the browser that brought it about; for any
 * other there is none (interaction fixation, CWE-384).
 */
export function interactionAdapter(
  { models }: Pick<Storage, 'models'>,
  issuer: string,
  noteForeign: NoteForeign,
): Adapter {
  const interactions = models('Interaction')
  return {
    ...interactions,
    async find(uid) {
      const found = await interactions.find(uid)
      const ctx = resuming()
      const result = found?.['result'] as { readonly browser?: unknown } | undefined
      if (found === undefined || result === undefined || ctx === undefined) return found
      if (isSameBrowser(ctx, issuer, uid, result.browser)) return found
      await noteForeign(ctx, found)
      return undefined
    },
    async destroy(uid) {
      const ctx = resuming()
      if (ctx !== undefined) unmarkBrowser(ctx, issuer, uid)
      await interactions.destroy(uid)
    },
  }
}

/** The request in which the provider goes on with what was asked. */
function resuming(): Context | undefined {
  const { ctx } = Provider
  return ctx?.oidc.route === 'resume' ? ctx : undefined
}
