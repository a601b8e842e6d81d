import type { Grant, KoaContextWithOIDC } from 'oidc-provider'
import type { Storage } from '../../index.ts'
import { findClientApp } from '../account/account-client.ts'

/**
 * The grant behind an authorization: what the account consented to, or all the app was registered
 * for where it needs no consent. The consent record decides, so that one that was withdrawn is asked
 * for again even while the session still has a grant.
 */
export async function loadExistingGrant(
  storage: Storage,
  ctx: KoaContextWithOIDC,
): Promise<Grant | undefined> {
  const { client, session, provider } = ctx.oidc
  const accountId = session?.accountId
  if (client === undefined || session === undefined || accountId === undefined) return undefined
  const app = await findClientApp(storage, provider.issuer, client.clientId)
  if (app === undefined) return undefined
  const consent = await storage.consents.find(accountId, app.clientId)
  const withdrawn = consent === undefined || consent.revokedAt !== null
  const justGiven = ctx.oidc.result?.consent?.grantId
  if (justGiven !== undefined) return provider.Grant.find(justGiven)
  if (app.requireConsent && withdrawn) return undefined
  const known = session.grantIdFor(client.clientId)
  const existing = known === undefined ? undefined : await provider.Grant.find(known)
  if (existing !== undefined) return existing
  const scope = app.requireConsent ? (consent?.scope ?? '') : app.scope
  return grantFor(ctx, accountId, app, scope)
}

/** A saved grant for an account and an app, also for the resource servers the app was registered with. */
export async function grantFor(
  ctx:
    | Pick<KoaContextWithOIDC, 'oidc'>
    | { oidc: { provider: KoaContextWithOIDC['oidc']['provider'] } },
  accountId: string,
  app: { readonly clientId: string; readonly resources: readonly string[] },
  scope: string,
): Promise<Grant> {
  const { provider } = ctx.oidc
  const grant = new provider.Grant({ accountId, clientId: app.clientId })
  grant.addOIDCScope(scope)
  for (const resource of app.resources) grant.addResourceScope(resource, scope)
  await grant.save()
  return grant
}
