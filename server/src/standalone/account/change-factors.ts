import type { Account, Origin, Passkey } from '../../index.ts'
import { ConditionLost } from '../../index.ts'
import { note } from '../administration/requester.ts'
import type { Factors } from '../credentials/factors.ts'
import { factorsOf, hasSecondFactor } from '../credentials/factors.ts'
import { stepOf } from '../credentials/one-time-password.ts'
import type { Parts } from '../parts.ts'
import { drawRecoveryCodes, hashRecoveryCode } from '../credentials/recovery-codes.ts'

/**
 * Whoever has only a password must not be able to raise it to a second factor by themselves, where
 * that opens the door to other people's accounts: staff get their first one from an administrator.
 */
export const mayEnrol = ({ roles }: Account, factors: Factors): boolean =>
  roles.length === 0 || hasSecondFactor(factors)

/** Staff cannot lock themselves out: their last second factor stays. */
export const mayRemove = ({ roles }: Account, { otp, passkeys }: Factors): boolean =>
  roles.length === 0 || (otp === undefined ? 0 : 1) + passkeys.length > 1

type Method = 'otp' | 'passkey' | 'recovery_code'

const noteChange = (
  parts: Parts,
  action: 'mfa.enrolled' | 'mfa.removed',
  { sub, organization }: Account,
  method: Method,
  origin: Origin,
): Promise<void> => {
  const about = { subject: sub, organization: organization?.id ?? null, details: { method } }
  return note(parts, { actor: sub, origin, by: null }, { action, ...about })
}

/** Whether the code proves that the secret has arrived in an authenticator app; then it is enrolled. */
export async function enrolAuthenticator(
  parts: Parts,
  account: Account,
  { secret, code }: { readonly secret: string; readonly code: string },
  origin: Origin,
): Promise<boolean> {
  const { storage, box, clock } = parts
  const step = stepOf(code, secret, null, clock())
  if (step === null) return false
  return enrol(parts, account, 'otp', origin, async () => {
    await storage.secondFactors.enrol(account.sub, box.seal(secret), clock())
    // The code that proved it is used up.
    await storage.secondFactors.useStep(account.sub, step)
  })
}

/** Whether it was new. */
export const addPasskey = (
  parts: Parts,
  account: Account,
  passkey: Passkey,
  origin: Origin,
): Promise<boolean> =>
  enrol(parts, account, 'passkey', origin, () => parts.storage.passkeys.add(passkey))

/**
 * Whether it is set up. Not when the account has other roles by now: what a customer sets up is
 * nothing that staff may keep; see changeRoles.
 */
async function enrol(
  parts: Parts,
  account: Account,
  method: Method,
  origin: Origin,
  write: () => Promise<void>,
): Promise<boolean> {
  const { sub, roles } = account
  try {
    await parts.storage.unitOfWork.run(async () => {
      await parts.storage.accounts.setRoles(sub, roles, roles)
      await write()
      await noteChange(parts, 'mfa.enrolled', account, method, origin)
    })
    return true
  } catch (error) {
    if (error instanceof ConditionLost) return false
    throw error
  }
}

/** @param passkey which one; `null` for the authenticator app. */
export async function removeFactor(
  parts: Parts,
  account: Account,
  passkey: string | null,
  origin: Origin,
): Promise<void> {
  const { storage } = parts
  const { sub } = account
  await storage.unitOfWork.run(async () => {
    await (passkey === null
      ? storage.secondFactors.remove(sub)
      : storage.passkeys.remove(sub, passkey))
    await noteChange(parts, 'mfa.removed', account, passkey === null ? 'otp' : 'passkey', origin)
  })
  // Recovery codes stand in for a second factor: without one they would be a door of their own.
  if (hasSecondFactor(await factorsOf(storage, sub))) return
  await storage.unitOfWork.run(() => storage.recoveryCodes.replace(sub, []))
}

/** Fresh codes instead of all there were; shown once. */
export async function renewRecoveryCodes(
  parts: Parts,
  account: Account,
  origin: Origin,
): Promise<string[]> {
  const codes = drawRecoveryCodes()
  const hashes = codes.map((code) => hashRecoveryCode(parts, account.sub, code))
  await parts.storage.unitOfWork.run(async () => {
    await parts.storage.recoveryCodes.replace(account.sub, hashes)
    await noteChange(parts, 'mfa.enrolled', account, 'recovery_code', origin)
  })
  return codes
}
