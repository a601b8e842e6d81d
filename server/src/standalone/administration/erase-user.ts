import { signedInWith, writeSignOut } from '../account/end-session.ts'
import type { Parts } from '../parts.ts'
import { endAffected } from './end-affected.ts'
import { knownAccount } from './known.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

/**
 * Forgets e-mail, name and ways to sign in of an account, mail to it, and the addresses, browsers and
 * e-mails the audit trail keeps of the person. Events stay, with ids only, and so does their seal. Calling it
 * again finishes what was interrupted.
 *
 * @throws Refusal
 */
export async function eraseUser(parts: Parts, sub: string, requester: Requester): Promise<void> {
  const { storage } = parts
  const { email, organization } = await knownAccount(parts, sub)
  const eraseTraces = async (): Promise<void> => {
    // What waits in the outbox is personal, too.
    await storage.audit.flush()
    while (await storage.erasure.eraseTraces(sub, email)) continue
  }
  // First, because it needs the e-mail; and again for what happened meanwhile.
  await eraseTraces()
  const all = await signedInWith(parts, sub)
  await storage.unitOfWork.run(async () => {
    await storage.erasure.eraseAccount(sub, email)
    await writeSignOut(parts, all)
    await note(parts, requester, {
      action: 'user.erased',
      subject: sub,
      organization: organization?.id ?? null,
    })
  })
  await endAffected(parts, { account: sub })
  await eraseTraces()
}
