import type { EndReason, Mode } from '../../index.ts'

/** For customers: what a mode means for them. */
export const modeWords: Readonly<Record<Mode, string>> = {
  read_only: 'Looking only: nothing can be changed.',
  full: 'Full access: they can change things in your name.',
}

/** For customers: how an impersonation ended. */
export const endWords: Readonly<Record<EndReason, string>> = {
  ended_by_impersonator: 'They ended it themselves.',
  token_revoked: 'They ended it themselves.',
  ended_by_subject: 'You ended it.',
  revoked_by_admin: 'An administrator ended it.',
  database_restored: 'The service was restored from a backup.',
  lifetime_over: 'Its time was over.',
  not_redeemed: 'It was never used.',
  reuse_detected: 'It was stopped: a copied token was used.',
  impersonator_disabled: 'Their account was disabled.',
  impersonator_not_allowed: 'They are no longer allowed to do this.',
  subject_disabled: 'Your account was disabled.',
  subject_became_staff: 'Your account became a staff account.',
  app_not_eligible: 'The app was switched off.',
  consent_withdrawn: 'You no longer allowed the app.',
  impersonator_signed_out: 'They signed out.',
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** `20 Nov 2026, 21:05 UTC`: without JavaScript nobody knows the reader's own time zone. */
export function timeWords(at: number): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`
  return `${day}, ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`
}
