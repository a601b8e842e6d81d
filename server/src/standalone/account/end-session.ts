import type { LoginSession } from '../../index.ts'
import { endAffected } from '../administration/end-affected.ts'
import type { ProviderParts } from '../parts.ts'
import { noteSignedOut } from './signed-out.ts'

/** Everything that hangs on a grant, and the grant. */
export async function revokeGrants(
  { storage }: Pick<ProviderParts, 'storage'>,
  grantIds: readonly (string | null)[],
): Promise<void> {
  for (const grantId of grantIds) {
    if (grantId === null) continue
    for (const model of ['AccessToken', 'RefreshToken', 'AuthorizationCode']) {
      await storage.models(model).revokeByGrantId(grantId)
    }
    await storage.models('Grant').destroy(grantId)
  }
}

/**
 * Signs somebody out in other browsers: sessions and what the apps there were given are gone, and
 * impersonations that were started from there end.
 */
export async function endSessions(
  parts: ProviderParts,
  account: string,
  sessions: readonly LoginSession[],
): Promise<void> {
  const { provider, storage, clock } = parts
  await storage.unitOfWork.run(async () => {
    for (const { uid, apps } of sessions) {
      await (await provider.Session.findByUid(uid))?.destroy()
      await noteSignedOut(storage, uid, clock())
      await revokeGrants(
        parts,
        apps.map(({ grantId }) => grantId),
      )
    }
  })
  await endAffected(parts, { account })
}
