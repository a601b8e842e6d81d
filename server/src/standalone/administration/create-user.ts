import { randomBytes } from 'node:crypto'
import type { Account } from '../../index.ts'
import { ConditionLost, newId } from '../../index.ts'
import type { Parts } from '../parts.ts'
import { hashPassword } from '../credentials/passwords.ts'
import type { Enrolment } from './enrol-one-time-password.ts'
import { enrolOneTimePassword } from './enrol-one-time-password.ts'
import type { NewUser } from './new-user.ts'
import { Refusal } from './refusal.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

export interface CreatedUser {
  readonly account: Account
  /** The password that was drawn; `null` when one was given. It is kept as a hash only. */
  readonly password: string | null
  readonly oneTimePassword: Enrolment | null
}

/** @throws Refusal when there is one already. */
export async function createUser(
  parts: Parts,
  user: NewUser,
  requester: Requester,
): Promise<CreatedUser> {
  const account = toAccount(user, parts.clock())
  const drawn = user.password === null ? randomBytes(15).toString('base64url') : null
  const passwordHash = await hashPassword(user.password ?? drawn ?? '')
  try {
    const oneTimePassword = await parts.storage.unitOfWork.run(async () => {
      await add(parts, account, passwordHash, requester)
      return user.totp ? enrolOneTimePassword(parts, account, requester) : null
    })
    return { account, password: drawn, oneTimePassword }
  } catch (error) {
    if (!(error instanceof ConditionLost)) throw error
    throw new Refusal('An account with this e-mail or this id is there already.')
  }
}

const toAccount = (user: NewUser, now: number): Account => ({
  sub: user.sub ?? newId('usr', now),
  email: user.email.toLowerCase(),
  name: user.name,
  organization: user.organization,
  roles: [...new Set(user.roles)],
  status: 'active',
  lastLoginAt: null,
})

async function add(
  parts: Parts,
  account: Account,
  passwordHash: string,
  requester: Requester,
): Promise<void> {
  const { accounts } = parts.storage
  const { sub, organization, roles } = account
  if (organization !== null) await accounts.addOrganization(organization.id, organization.name)
  await accounts.add(account, passwordHash, parts.clock())
  const about = { subject: sub, organization: organization?.id ?? null }
  await note(parts, requester, { action: 'user.created', ...about })
  // Whoever looks for grants of a role must find those an account was born with, too.
  for (const role of roles) {
    await note(parts, requester, { action: 'role.granted', ...about, details: { role } })
  }
}
