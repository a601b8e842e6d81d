import type { Account } from '../../index.ts'
import { methodOf, usePasskey } from '../credentials/use-passkey.ts'
import type { ProviderParts } from '../parts.ts'
import { useRecoveryCode } from '../credentials/recovery-codes.ts'
import { useCode } from '../credentials/use-code.ts'

/** The second factor that was shown, for the audit trail and as an authentication method (RFC 8176). */
export interface Proof {
  readonly method: 'otp' | 'passkey' | 'recovery_code'
  /** Resolves to `amr` values when it holds. */
  readonly check: () => Promise<readonly string[] | undefined>
}

/** @param purpose what a passkey was challenged for. */
export function proofIn(
  form: URLSearchParams,
  parts: ProviderParts,
  account: Account,
  purpose: string,
): Proof {
  const credential = form.get('credential')
  const recoveryCode = form.get('recovery_code')
  if (credential !== null) {
    return {
      method: 'passkey',
      async check() {
        const passkey = await usePasskey(parts, account, purpose, credential)
        return passkey && ['pwd', methodOf(passkey)]
      },
    }
  }
  const isOtp = recoveryCode === null
  const code = (recoveryCode ?? form.get('code') ?? '').replaceAll(/\s/g, '').slice(0, 100)
  const use = isOtp ? useCode : useRecoveryCode
  return {
    method: isOtp ? 'otp' : 'recovery_code',
    // A code from a printed list is a one-time password, too.
    check: async () => ((await use(parts, account, code)) ? ['pwd', 'otp'] : undefined),
  }
}
