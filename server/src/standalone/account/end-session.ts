import type { LoginSession } from '../../index.ts'
import { endAffected } from '../administration/end-affected.ts'
import type { Parts } from '../parts.ts'
import { noteSignedOut } from './signed-out.ts'

/** Everything that hangs on a grant, and the grant. */
export async function revokeGrants(
  { storage }: Pick<Parts, 'storage'>,
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
  parts: Parts,
  account: string,
  sessions: readonly LoginSession[],
): Promise<void> {
  const { storage, clock } = parts
  await storage.unitOfWork.run(async () => {
    for (const { uid, apps } of sessions) {
      await destroySession(storage, uid)
      await noteSignedOut(storage, uid, clock())
      await revokeGrants(
        parts,
        apps.map(({ grantId }) => grantId),
      )
    }
  })
  await endAffected(parts, { account })
}

async function destroySession({ models }: Parts['storage'], uid: string): Promise<void> {
  const id = (await models('Session').findByUid(uid))?.['jti']
  if (typeof id === 'string') await models('Session').destroy(id)
}

export async function signOutEverywhere(parts: Parts, sub: string): Promise<void> {
  await endSessions(parts, sub, await parts.storage.sessions.listOf(sub, parts.clock()))
}
