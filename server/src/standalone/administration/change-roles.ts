import type { Account } from '../../index.ts'
import { ConditionLost } from '../../index.ts'
import { signedInWith, writeSignOut } from '../account/end-session.ts'
import type { Parts } from '../parts.ts'
import { endAffected } from './end-affected.ts'
import { knownAccount } from './known.ts'
import { removeFactors } from './remove-factors.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

/** Changes of others' at the same moment that are waited for. */
const ATTEMPTS = 5

/** What became of the wish to give or take a role. */
export interface RoleChange {
  readonly changed: boolean
  /** Whether second factors went with it. */
  readonly factorsRemoved: boolean
}

interface Wish {
  readonly action: 'role.granted' | 'role.revoked'
  readonly role: string
}

/**
 * Gives or takes a role. Whoever becomes staff by it loses the second factors there are, and is
 * signed out: somebody with no more than a customer's password may have set them up, and waited.
 *
 * @throws Refusal
 */
export async function changeRoles(
  parts: Parts,
  sub: string,
  change: Wish,
  requester: Requester,
): Promise<RoleChange> {
  for (let attempt = 1; ; attempt++) {
    const account = await knownAccount(parts, sub)
    const grants = change.action === 'role.granted'
    if (account.roles.includes(change.role) === grants) {
      return { changed: false, factorsRemoved: false }
    }
    try {
      const factorsRemoved = await write(parts, account, change, requester)
      await endAffected(parts, { account: sub })
      return { changed: true, factorsRemoved }
    } catch (error) {
      // Roles are kept as one list: a second writer must not bring back what the first has taken.
      if (!(error instanceof ConditionLost) || attempt === ATTEMPTS) throw error
    }
  }
}

/** @returns whether second factors were removed. */
async function write(
  parts: Parts,
  account: Account,
  { action, role }: Wish,
  requester: Requester,
): Promise<boolean> {
  const { sub, organization, roles } = account
  const without = roles.filter((one) => one !== role)
  const wanted = action === 'role.granted' ? [...without, role] : without
  const all = becomesStaff(account, wanted) ? await signedInWith(parts, sub) : null
  return parts.storage.unitOfWork.run(async () => {
    await parts.storage.accounts.setRoles(sub, wanted, roles)
    await note(parts, requester, {
      action,
      subject: sub,
      organization: organization?.id ?? null,
      details: { role },
    })
    if (all === null) return false
    // Together: a login made with one of them must not go on as one of staff.
    await writeSignOut(parts, all)
    return removeFactors(parts, account, requester, 'role.granted')
  })
}

/** Nobody has set anything up by themselves with an account that was never signed in to. */
const becomesStaff = ({ roles, lastLoginAt }: Account, wanted: readonly string[]): boolean =>
  roles.length === 0 && wanted.length > 0 && lastLoginAt !== null
