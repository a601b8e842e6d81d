import { AsyncLocalStorage } from 'node:async_hooks'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Origin } from '../impersonation/audit-event.ts'
import type { Impersonation } from '../impersonation/impersonation.ts'

/** What is known of the provider request being served: the adapter is not handed its context. */
export interface ProviderRequest {
  readonly ctx: KoaContextWithOIDC
  readonly origin: Origin
  /** The live impersonation whose grant this request has looked up. */
  impersonation: Impersonation | null
  /** Id of the impersonation whose token this request has shown, whether or not that one is alive. */
  shown: string | null
  /** The logins this request has ended. */
  readonly signedOut: { readonly session: string; readonly account: string }[]
  /** Why the library has answered with a 500 of its own. */
  failure?: Error
}

export const newRequest = (ctx: KoaContextWithOIDC, origin: Origin): ProviderRequest => ({
  ctx,
  origin,
  impersonation: null,
  shown: null,
  signedOut: [],
})

const requests = new AsyncLocalStorage<ProviderRequest>()

export const currentRequest = (): ProviderRequest | undefined => requests.getStore()

export const serveAs = <T>(request: ProviderRequest, work: () => Promise<T>): Promise<T> =>
  requests.run(request, work)

/** What every token of an impersonation carries as its grant type, also after rotation. */
export const GRANT_TYPE = 'impersonation'

/** Whether a token belongs to an impersonation; oidc-provider appends to `gty` when it rotates. */
export const isImpersonated = (token: { readonly gty?: string | undefined }): boolean =>
  token.gty?.split(' ')[0] === GRANT_TYPE

/** Grants of impersonations carry the id of the impersonation; nobody else's looks like one. */
export const isImpersonationId = (grantId: string): boolean => /^imp_[0-9a-z]{36}$/.test(grantId)
