import { randomBytes } from 'node:crypto'
import type { Context } from 'koa'
import type { Session } from 'oidc-provider'
import type { Account } from '../../index.ts'
import { MFA_ACR } from '../../index.ts'
import type { Factors } from '../credentials/factors.ts'
import { hasSecondFactor } from '../credentials/factors.ts'
import type { ProviderParts } from '../parts.ts'
import { ACCOUNT_CLIENT, callbackOf } from './account-client.ts'

/** Who is signed in to the issuer in this browser. */
export interface SignedIn {
  readonly account: Account
  readonly session: Session
  /** Ties forms to this session; see readForm. */
  readonly formKey: string
}

/** Somebody whose login is fresh, and how they sign in. */
export type Proven = SignedIn & { readonly factors: Factors }

/**
 * By the issuer's own cookie and nothing else: a token, and so whoever impersonates, never gets here.
 */
export async function findSignedIn(
  { provider, storage }: ProviderParts,
  ctx: Context,
): Promise<SignedIn | undefined> {
  const session = await provider.Session.get(ctx)
  if (session.accountId === undefined) return undefined
  const account = await storage.accounts.find(session.accountId)
  if (account?.status !== 'active') return undefined
  return { account, session, formKey: `account/${session.uid}` }
}

/** How long ago a login may be for somebody to change how they sign in. */
const FRESH_SECONDS = 300

/** Whether the login is fresh and as strong as the account can: a session left open is not enough. */
export const isFresh = (
  { clock }: ProviderParts,
  { session }: SignedIn,
  factors: Factors,
): boolean =>
  Math.floor(clock() / 1000) - (session.loginTs ?? 0) <= FRESH_SECONDS &&
  (!hasSecondFactor(factors) || session.acr === MFA_ACR)

/** Only our own pages; whoever made up the link must not choose where a login leads (CWE-601). */
const RETURN = /^\/(?:account(?:\/[a-z]+)*|consent-requests\/crq_[0-9a-z]{36})$/

export const isReturn = (path: string): boolean => RETURN.test(path)

/**
 * Sends the browser through the login, as any app does, and back to the page it wanted.
 *
 * @param fresh also somebody who is signed in already has to prove it again.
 */
export function sendToSignIn(
  { server }: ProviderParts,
  ctx: Context,
  returnTo: string,
  fresh: Factors | null = null,
): void {
  const random = (): string => randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: ACCOUNT_CLIENT,
    response_type: 'code',
    redirect_uri: callbackOf(server.issuer),
    scope: 'openid',
    state: isReturn(returnTo) ? returnTo : '/account',
    // A challenge without a verifier: nobody can redeem the code.
    code_challenge: random(),
    code_challenge_method: 'S256',
    ...(fresh !== null && { max_age: String(FRESH_SECONDS) }),
    ...(fresh !== null && hasSecondFactor(fresh) && { acr_values: MFA_ACR }),
  })
  ctx.status = 303
  ctx.redirect(`/auth?${query.toString()}`)
}
