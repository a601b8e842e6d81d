import { ImpersonationError } from './impersonation-error.ts'
import type { Lifted } from './url-cleaning.ts'
import { HANDOVER, liftParameters } from './url-cleaning.ts'

/**
 * The refresh token of the link that led here. The address is clean when this returns. The numbers
 * of a link are hints that nothing relies on, but what is no number was not made by the issuer.
 *
 * @returns LINK_INVALID for ambiguous or malformed input, `null` when there is no link
 */
export function takeLink(callbackPath = '/callback'): string | ImpersonationError | null {
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
    if (isOdd) return new ImpersonationError('LINK_INVALID')
    values.set(name, value)
  }
  return values.get('refresh_token') ?? new ImpersonationError('LINK_INVALID')
}
