import type { Account } from '../../index.ts'
import { factorsOf } from '../credentials/factors.ts'
import type { Parts } from '../parts.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

/**
 * Takes every second factor from an account, also those that are set up this very moment, with an
 * event for each kind; in the unit it is called in.
 *
 * @returns whether there was any.
 */
export async function removeFactors(
  parts: Parts,
  { sub, organization }: Account,
  requester: Requester,
  because?: 'role.granted',
): Promise<boolean> {
  const { storage } = parts
  const { otp, passkeys, recoveryCodes } = await factorsOf(storage, sub)
  const kinds = [
    ['otp', otp !== undefined],
    ['passkey', passkeys.length > 0],
    ['recovery_code', recoveryCodes > 0],
  ] as const
  await storage.secondFactors.remove(sub)
  await storage.passkeys.removeAll(sub)
  await storage.recoveryCodes.replace(sub, [])
  const present = kinds.filter(([, isThere]) => isThere)
  for (const [method] of present) {
    await note(parts, requester, {
      action: 'mfa.removed',
      subject: sub,
      organization: organization?.id ?? null,
      details: { method, ...(because !== undefined && { because }) },
    })
  }
  return present.length > 0
}
