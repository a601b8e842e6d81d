import { Denied } from './denied.ts'

/** Printable ASCII, as ids are (OIDC Core §2). */
const ID = /^[\x21-\x7e]{1,255}$/

/**
 * A path of the S2S API from parts that came from outside. A part that is a dot segment, however it is
 * encoded, would lead to another route (RFC 3986 §5.2.4), with the panel's own powers.
 *
 * @throws Denied NOT_FOUND
 */
export const apiPath = (...parts: readonly (string | undefined)[]): string =>
  parts
    .map((part = '') => {
      const isDots = /^(?:\.|%2e){1,2}$/i.test(part)
      if (!ID.test(part) || isDots) throw new Denied('NOT_FOUND')
      return `/${encodeURIComponent(part)}`
    })
    .join('')
