import { ConditionLost } from '../../index.ts'
import type { Parts } from '../parts.ts'

/** Long enough to fetch the key from the drawer. */
const SECONDS = 300

const MODEL = 'PasskeyChallenge'

type Keeping = Pick<Parts, 'storage' | 'clock'>

/** 32 bytes of ours in base64url; whatever else comes back was never asked. */
const CHALLENGE = /^[\w-]{43}$/

/** @param purpose the interaction or the session it is for: it is good for nothing else. */
export async function keepChallenge(
  { storage, clock }: Keeping,
  purpose: string,
  challenge: string,
): Promise<void> {
  const exp = Math.floor(clock() / 1000) + SECONDS
  // A unit of its own: a page that says what was wrong is an error, and asks again all the same.
  await storage.unitOfWork.run(() =>
    storage.models(MODEL).upsert(`${purpose}/${challenge}`, { exp }, SECONDS),
  )
}

/** Whether we asked this, for this purpose, lately and once: an old answer is no answer. */
export async function takeChallenge(
  { storage, clock }: Keeping,
  purpose: string,
  challenge: string,
): Promise<boolean> {
  if (!CHALLENGE.test(challenge)) return false
  const id = `${purpose}/${challenge}`
  const kept = await storage.models(MODEL).find(id)
  if (kept === undefined || Number(kept['exp']) * 1000 <= clock()) return false
  try {
    await storage.unitOfWork.run(() => storage.models(MODEL).consume(id))
    return true
  } catch (error) {
    if (error instanceof ConditionLost) return false
    throw error
  }
}
