import type { Passkey, Storage } from '../../index.ts'

type SecondFactor = NonNullable<Awaited<ReturnType<Storage['secondFactors']['find']>>>

/** With what somebody can prove who they are, besides the password. */
export interface Factors {
  readonly otp: SecondFactor | undefined
  readonly passkeys: readonly Passkey[]
  /** How many recovery codes are left; they stand in for the others, and count for nothing alone. */
  readonly recoveryCodes: number
}

export async function factorsOf(
  { secondFactors, passkeys, recoveryCodes }: Storage,
  sub: string,
): Promise<Factors> {
  const [otp, keys, codes] = await Promise.all([
    secondFactors.find(sub),
    passkeys.listOf(sub),
    recoveryCodes.countUnused(sub),
  ])
  return { otp, passkeys: keys, recoveryCodes: codes }
}

export const hasSecondFactor = ({ otp, passkeys }: Factors): boolean =>
  otp !== undefined || passkeys.length > 0
