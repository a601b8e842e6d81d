import type { Account } from '../../index.ts'
import { signedInWith, writeSignOut } from '../account/end-session.ts'
import type { Parts } from '../parts.ts'
import { endAffected } from './end-affected.ts'
import { knownAccount } from './known.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

/**
 * Lets somebody in, or nobody any more. Whoever is disabled is signed out everywhere: what they were
 * signed in with must not open anything again once they are enabled.
 *
 * @returns whether that changed anything.
 * @throws Refusal
 */
export async function setUserStatus(
  parts: Parts,
  sub: string,
  status: Account['status'],
  requester: Requester,
): Promise<boolean> {
  const account = await knownAccount(parts, sub)
  if (account.status === status) return false
  const all = status === 'disabled' ? await signedInWith(parts, sub) : null
  await parts.storage.unitOfWork.run(async () => {
    await parts.storage.accounts.setStatus(sub, status)
    if (all !== null) await writeSignOut(parts, all)
    await note(parts, requester, {
      action: status === 'active' ? 'user.enabled' : 'user.disabled',
      subject: sub,
      organization: account.organization?.id ?? null,
    })
  })
  await endAffected(parts, { account: sub })
  return true
}
