import { stepOf } from '../../server/src/standalone/credentials/one-time-password.ts'

const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

/** Digits that are wrong for a minute to come: any that are always the same are right now and then. */
export function wrongCode(): string {
  const isWrong = (code: string): boolean =>
    [0, 30_000, 60_000].every(
      (later) => stepOf(code, TOTP_SECRET, null, Date.now() + later) === null,
    )
  const candidates = Array.from({ length: 10 }, (_, n) => String(n).repeat(6))
  return candidates.find(isWrong) ?? ''
}
