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
  const { storage } = parts
  await storage.unitOfWork.run(() => writeSignOut(parts, { sessions, grants: [] }))
  await endAffected(parts, { account })
}

/** What keeps somebody signed in, in browsers and in apps. */
export interface SignedInWith {
  readonly sessions: readonly LoginSession[]
  /** Also of logins that are over: what an app was given may outlive its session. */
  readonly grants: readonly string[]
}

export async function signedInWith(
  { storage, clock }: Pick<Parts, 'storage' | 'clock'>,
  sub: string,
): Promise<SignedInWith> {
  const [sessions, grants] = await Promise.all([
    storage.sessions.listOf(sub, clock()),
    storage.sessions.grantsOf(sub),
  ])
  return { sessions, grants }
}

/** Destroys all of it, in the unit it is called in. */
export async function writeSignOut(
  parts: Pick<Parts, 'storage' | 'clock'>,
  { sessions, grants }: SignedInWith,
): Promise<void> {
  const { storage, clock } = parts
  for (const { uid } of sessions) {
    await destroySession(storage, uid)
    await noteSignedOut(storage, uid, clock())
  }
  const ofSessions = sessions.flatMap(({ apps }) => apps.map(({ grantId }) => grantId))
  await revokeGrants(parts, [...new Set([...ofSessions, ...grants])])
}

async function destroySession({ models }: Parts['storage'], uid: string): Promise<void> {
  const id = (await models('Session').findByUid(uid))?.['jti']
  if (typeof id === 'string') await models('Session').destroy(id)
}
