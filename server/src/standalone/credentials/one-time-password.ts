import { Secret, TOTP } from 'otpauth'

const PERIOD = 30

const totp = (secret: string): TOTP =>
  new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: PERIOD })

/** A fresh secret in base 32: 160 bits (RFC 4226 §4, R6). */
export const newSecret = (): string => new Secret({ size: 20 }).base32

/** What authenticator apps read, as text or as a QR code. */
export const otpauthUri = (secret: string, email: string): string =>
  Object.assign(totp(secret), { issuer: 'Understudy', label: email }).toString()

const stepAt = (now: number): number => Math.floor(now / 1000 / PERIOD)

/** A time step after which no code is accepted that anybody could have used by now. */
export const lastUsableStep = (now: number): number => stepAt(now) + 1

/**
 * The time step a code belongs to, one step early or late allowed (RFC 6238 §5.2), or `null`. Steps
 * that were used, or lie before one that was, do not count: a code is accepted once.
 */
export function stepOf(
  code: string,
  secret: string,
  lastStep: number | null,
  now: number,
): number | null {
  const generator = totp(secret)
  const step = usableSteps(lastStep, now).find((candidate) => codeAt(generator, candidate) === code)
  return step ?? null
}

/**
 * A code that was not used yet and is accepted for half a minute more, whoever is slow to type it:
 * that of the step before could be too late at once. `null` when the next one must be waited for.
 */
export function unusedCode(secret: string, lastStep: number | null, now: number): string | null {
  const step = usableSteps(lastStep, now).find((candidate) => candidate >= stepAt(now))
  return step === undefined ? null : codeAt(totp(secret), step)
}

const codeAt = (generator: TOTP, step: number): string =>
  generator.generate({ timestamp: step * PERIOD * 1000 })

function usableSteps(lastStep: number | null, now: number): number[] {
  const current = stepAt(now)
  return [current - 1, current, current + 1].filter((step) => lastStep === null || step > lastStep)
}
