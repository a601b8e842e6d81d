/** What an address brought: where, and its parameters as [name, value]. */
export type Lifted = readonly [pathname: string, parameters: readonly (readonly [string, string])[]]

/** The one place where `early` leaves what it lifted, for the SDK to take once. */
export const HANDOVER: unique symbol = Symbol.for('understudy.link') as never

/**
 * Takes everything that looks like a link's parameter out of query and fragment, in any case or
 * form, before it returns; path and other parameters stay byte for byte.
 *
 * @returns `null` when there was nothing to take
 */
export function liftParameters(): Lifted | null {
  const { pathname, search, hash } = location
  const parameters: [string, string][] = []
  let found = false
  const clean = (text: string): string => {
    const rest = text
      .slice(1)
      .split('&')
      .filter((part) => {
        const pairs = [...new URLSearchParams(part)]
        parameters.push(...pairs)
        const isOurs = pairs.some(([name]) => /refresh_token/i.test(name))
        found ||= isOurs
        return !isOurs
      })
      .join('&')
    return rest && text[0] + rest
  }
  const address = pathname + clean(search) + clean(hash)
  if (!found) return null
  history.replaceState(history.state, '', address)
  return [pathname, parameters]
}
