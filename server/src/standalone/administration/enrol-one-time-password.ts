import type { Account } from '../../index.ts'
import { newSecret, otpauthUri } from '../credentials/one-time-password.ts'
import type { Parts } from '../parts.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

/** Shown once, to whoever puts it into an authenticator app. */
export interface Enrolment {
  /** Base 32. */
  readonly secret: string
  readonly uri: string
}

/** Gives an account a one-time-password secret, in the unit it is called in. */
export async function enrolOneTimePassword(
  parts: Parts,
  { sub, email, organization }: Account,
  requester: Requester,
): Promise<Enrolment> {
  const { storage, box, clock } = parts
  const secret = newSecret()
  await storage.secondFactors.enrol(sub, box.seal(secret), clock())
  await note(parts, requester, {
    action: 'mfa.enrolled',
    subject: sub,
    organization: organization?.id ?? null,
    details: { method: 'otp' },
  })
  return { secret, uri: otpauthUri(secret, email) }
}
