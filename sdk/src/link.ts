import { ImpersonationError } from './impersonation-error.ts'
import type { Lifted } from './url-cleaning.ts'
import { HANDOVER, liftParameters } from './url-cleaning.ts'

const NAMES = /^refresh_token(_expires_(on|in))?$/

/**
 * The refresh token of the link that led here. The address is clean when this returns. The numbers
 * of a link are hints that nothing relies on, but what is no number was not made by the issuer.
 *
 * @throws ImpersonationError LINK_INVALID for ambiguous or malformed input
 */
export function takeLink(callbackPath: string): string | null {
  const early = (window as { [HANDOVER]?: () => Lifted })[HANDOVER]
  const lifted = early?.() ?? liftParameters()
  if (lifted?.[0] !== callbackPath) return null
  const values: Record<string, string> = {}
  for (const [name, value] of lifted[1]) {
    const isOurs = NAMES.test(name)
    // Twice, as an array, in capitals, or beside an authorization response: which one is meant?
    const isOdd = isOurs
      ? name in values || !/^\d{1,20}$|^[\w.~+/=-]{20,4096}$/.test(value)
      : /refresh_token|^(code|state|error)$/i.test(name)
    if (isOdd || (name[13] && !/^\d+$/.test(value))) throw new ImpersonationError('LINK_INVALID')
    values[name] = value
  }
  const { refresh_token: token } = values
  if (!token) throw new ImpersonationError('LINK_INVALID')
  return token
}
