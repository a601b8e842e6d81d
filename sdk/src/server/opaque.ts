import type { Issuer } from './issuer.ts'
import { createLru } from './lru.ts'
import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'
import type { Verified } from './verified.ts'
import { verifiedFrom } from './verified.ts'

const REMEMBERED = 10_000

/** Introspects opaque access tokens, each at most once in five seconds and once at a time. */
export function createOpaqueVerifier(
  settings: Settings,
  issuer: Issuer,
): (token: string, key: string) => Promise<Verified> {
  const { audience, clock, isFresh } = settings
  const asked = createLru<{ readonly at: number; readonly answer: Promise<Verified> }>(REMEMBERED)

  const ask = async (token: string): Promise<Verified> => {
    const claims = await issuer.introspect(token)
    if (claims === null) {
      const hasEnded = await issuer.wasImpersonation(token).catch((error: unknown) => {
        // It is dead either way; only the better reason is missing.
        settings.onError(error)
        return false
      })
      throw new Refusal(hasEnded ? 'IMPERSONATION_ENDED' : 'S2S_TOKEN_INVALID')
    }
    const { token_type: type, aud = audience } = claims
    // A refresh token is active, too, but has no type (RFC 7662 §2.2) and opens nothing here.
    const isAccessToken = typeof type === 'string' && type.toLowerCase() === 'bearer'
    const audiences: unknown[] = Array.isArray(aud) ? aud : [aud]
    if (!isAccessToken || !audiences.includes(audience)) throw new Refusal('S2S_TOKEN_INVALID')
    return verifiedFrom(claims)
  }

  return async (token, key) => {
    let last = asked.get(key)
    if (last === undefined || !isFresh(last.at)) {
      const answer = ask(token)
      const current = { at: clock(), answer }
      asked.set(key, current)
      answer.catch((error: unknown) => {
        const isFinal = error instanceof Refusal && error.code !== 'UNAVAILABLE'
        if (!isFinal && asked.get(key) === current) asked.delete(key)
      })
      last = current
    }
    const verified = await last.answer
    if (verified.expiresAt * 1000 <= clock()) throw new Refusal('S2S_TOKEN_INVALID')
    return verified
  }
}
