import { signedInWith, writeSignOut } from '../account/end-session.ts'
import type { Parts } from '../parts.ts'
import { endAffected } from './end-affected.ts'
import type { Enrolment } from './enrol-one-time-password.ts'
import { enrolOneTimePassword } from './enrol-one-time-password.ts'
import { knownAccount } from './known.ts'
import { removeFactors } from './remove-factors.ts'
import type { Requester } from './requester.ts'

/**
 * A fresh one-time-password secret in place of every second factor and recovery code there was: what
 * is left of the old ones would be a door for whoever has set them up. Signs out everywhere.
 *
 * @throws Refusal
 */
export async function resetFactors(
  parts: Parts,
  sub: string,
  requester: Requester,
): Promise<Enrolment> {
  const account = await knownAccount(parts, sub)
  const all = await signedInWith(parts, sub)
  const enrolment = await parts.storage.unitOfWork.run(async () => {
    await writeSignOut(parts, all)
    await removeFactors(parts, account, requester)
    return enrolOneTimePassword(parts, account, requester)
  })
  await endAffected(parts, { account: sub })
  return enrolment
}
