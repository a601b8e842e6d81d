import type { Adapter } from 'oidc-provider'
import type { Storage } from '../../index.ts'

/** Longer than any session lives on that was written once more. */
const SECONDS = 9 * 3600

const MODEL = 'SignedOut'

type Keeping = Pick<Storage, 'models'>

/** In the unit that ends the session. */
export const noteSignedOut = ({ models }: Keeping, uid: string, now: number): Promise<void> =>
  models(MODEL).upsert(uid, { exp: Math.floor(now / 1000) + SECONDS }, SECONDS)

/**
 * Sessions as the provider reads them. A request that began before somebody was signed out writes the
 * session back when it ends; whoever keeps asking must not stay signed in by that.
 */
export function sessionAdapter({ models }: Keeping): Adapter {
  const sessions = models('Session')
  const unlessSignedOut = async (
    found: Awaited<ReturnType<typeof sessions.find>>,
  ): Promise<typeof found> => {
    const uid = found?.['uid']
    if (typeof uid !== 'string') return found
    return (await models(MODEL).find(uid)) === undefined ? found : undefined
  }
  return {
    ...sessions,
    find: async (id) => unlessSignedOut(await sessions.find(id)),
    findByUid: async (uid) => unlessSignedOut(await sessions.findByUid(uid)),
  }
}
