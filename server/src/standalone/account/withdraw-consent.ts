import type { Origin } from '../../index.ts'
import { revokeConsent } from '../administration/revoke-consent.ts'
import type { ProviderParts } from '../parts.ts'
import { revokeGrants } from './end-session.ts'

/**
 * Somebody no longer allows an app: live impersonations in it end at once, and so does what the app
 * was given for their own logins.
 *
 * @throws Refusal
 */
export async function withdrawConsent(
  parts: ProviderParts,
  sub: string,
  clientId: string,
  origin: Origin,
): Promise<void> {
  await revokeConsent(parts, sub, clientId, { actor: sub, origin, by: null })
  const sessions = await parts.storage.sessions.listOf(sub, parts.clock())
  const grants = sessions.flatMap(({ apps }) =>
    apps.filter((app) => app.clientId === clientId).map(({ grantId }) => grantId),
  )
  await parts.storage.unitOfWork.run(() => revokeGrants(parts, grants))
}
