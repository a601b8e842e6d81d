import { ImpersonationError } from './impersonation-error.ts'
import type { Lifted } from './url-cleaning.ts'
import { HANDOVER, liftParameters } from './url-cleaning.ts'

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
  const values = new Map<string, string>()
  for (const [name, value] of lifted[1]) {
    const [, number] = /^refresh_token(_expires_on|_expires_in)?$/.exec(name) ?? ['', null]
    // Twice, as an array, in capitals, or beside an authorization response: which one is meant?
    const isOdd =
      number === null
        ? /refresh_token|^(code|state|error)$/i.test(name)
        : values.has(name) || !(number ? /^\d+$/ : /^[\w.~+/=-]{1,4096}$/).test(value)
    if (isOdd) throw new ImpersonationError('LINK_INVALID')
    values.set(name, value)
  }
  const token = values.get('refresh_token')
  if (!token) throw new ImpersonationError('LINK_INVALID')
  return token
}
