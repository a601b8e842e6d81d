const LONGEST = 1024

/** One line, no control or direction characters, bounded: what a log reader can trust to be text. */
export function printable(text: string): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{FFFD}')
  return clean.length <= LONGEST ? clean : `${clean.slice(0, LONGEST)}…`
}

/**
 * JSON in which everything that is not seen is escaped. `JSON.stringify` leaves those alone that turn
 * text around, end a line, or begin a terminal's command in one byte (CWE-117).
 */
export const escapeUnseen = (json: string): string =>
  json.replaceAll(/[\u007F-\u009F\u2028\u2029\p{Cf}]/gu, (found) =>
    [...Array(found.length).keys()]
      .map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
