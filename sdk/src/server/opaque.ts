import type { Issuer } from './issuer.ts'
import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'
import type { Verified } from './verified.ts'
import { verifiedFrom } from './verified.ts'

/** Introspects opaque access tokens. Throws Refusal S2S_TOKEN_INVALID, IMPERSONATION_ENDED or UNAVAILABLE. */
export const createOpaqueVerifier =
  ({ audience, onError }: Settings, issuer: Issuer): ((token: string) => Promise<Verified>) =>
  async (token) => {
    const claims = await issuer.introspect(token)
    if (claims === null) {
      const hasEnded = await issuer.wasImpersonation(token).catch((error: unknown) => {
        // It is dead either way; only the better reason is missing.
        onError(error)
        return false
      })
      throw new Refusal(hasEnded ? 'IMPERSONATION_ENDED' : 'S2S_TOKEN_INVALID')
    }
    const { token_type: type, aud = audience } = claims
    // A refresh token is active, too, but has no type (RFC 7662 §2.2) and opens nothing here.
    const isAccessToken = /^bearer$/i.test(String(type))
    if (!isAccessToken || ![aud].flat().includes(audience)) throw new Refusal('S2S_TOKEN_INVALID')
    return verifiedFrom(claims)
  }
