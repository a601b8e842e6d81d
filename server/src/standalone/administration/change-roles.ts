import type { Account } from '../../index.ts'
import { ConditionLost } from '../../index.ts'
import type { Parts } from '../parts.ts'
import { endAffected } from './end-affected.ts'
import { knownAccount } from './known.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

/** Changes of others' at the same moment that are waited for. */
const ATTEMPTS = 5

/** Gives or takes a role. @returns whether that changed anything. @throws Refusal not_found */
export async function changeRoles(
  parts: Parts,
  sub: string,
  change: { readonly action: 'role.granted' | 'role.revoked'; readonly role: string },
  requester: Requester,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const account = await knownAccount(parts, sub)
    const grants = change.action === 'role.granted'
    if (account.roles.includes(change.role) === grants) return false
    try {
      await write(parts, account, change, requester)
      await endAffected(parts, { account: sub })
      return true
    } catch (error) {
      // Roles are kept as one list: a second writer must not bring back what the first has taken.
      if (!(error instanceof ConditionLost) || attempt === ATTEMPTS) throw error
    }
  }
}

function write(
  parts: Parts,
  account: Account,
  { action, role }: Parameters<typeof changeRoles>[2],
  requester: Requester,
): Promise<void> {
  const { sub, organization, roles } = account
  const without = roles.filter((one) => one !== role)
  const wanted = action === 'role.granted' ? [...without, role] : without
  return parts.storage.unitOfWork.run(async () => {
    await parts.storage.accounts.setRoles(sub, wanted, roles)
    await note(parts, requester, {
      action,
      subject: sub,
      organization: organization?.id ?? null,
      details: { role },
    })
  })
}
