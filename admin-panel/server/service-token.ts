import type { Issuer } from './issuer.ts'
import type { Tokens } from './sessions.ts'

/** A token that ends within this time is not worth using. */
export const MARGIN_MS = 30_000

/**
 * The panel's own token, renewed before it ends, by one request however many need it.
 *
 * @returns a function whose parameter names the token that was refused, if one was
 */
export function createServiceToken(
  issuer: Issuer,
  clock: () => number,
): (refused: string | null) => Promise<string> {
  let known: Tokens | undefined
  let asking: Promise<Tokens> | undefined
  return async (refused) => {
    const isGood =
      known !== undefined && known.accessToken !== refused && known.expiresAt - clock() > MARGIN_MS
    if (isGood && known !== undefined) return known.accessToken
    asking ??= issuer.serviceToken().finally(() => {
      asking = undefined
    })
    known = await asking
    return known.accessToken
  }
}
