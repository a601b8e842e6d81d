import type { JWTVerifyGetKey } from 'jose'
import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'
import type { Verified } from './verified.ts'
import { verifiedFrom } from './verified.ts'

/** Signatures only: with a shared secret, whoever verifies could sign, too. */
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'RS256', 'PS256']

/** Keys that could not be fetched say nothing about a token, and neither does what is no fault of jose's. */
const ABOUT_THE_TOKEN = /^ERR_J(?!OSE_GENERIC$|WKS_(TIMEOUT|INVALID)$)/

/** Verifies JWT access tokens (RFC 9068). Throws Refusal S2S_TOKEN_INVALID or UNAVAILABLE. */
export function createJwtVerifier(settings: Settings): (token: string) => Promise<Verified> {
  const { issuer, audience, base, clock } = settings
  let keys: JWTVerifyGetKey | undefined
  return async (token) => {
    // RFC 9068 §4: a token that is not known to be meant for us is not for us.
    if (audience === null) throw new Refusal('S2S_TOKEN_INVALID')
    try {
      const { createRemoteJWKSet, jwtVerify } = await import('jose')
      const timeoutDuration = settings.timeoutSeconds * 1000
      keys ??= createRemoteJWKSet(new URL(`${base}/jwks`), { timeoutDuration })
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        typ: 'at+jwt',
        algorithms: ALGORITHMS,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(clock()),
      })
      return verifiedFrom(payload)
    } catch (error) {
      if (error instanceof Refusal) throw error
      const { code } = error as { code?: unknown }
      const isBad = ABOUT_THE_TOKEN.test(String(code))
      throw new Refusal(isBad ? 'S2S_TOKEN_INVALID' : 'UNAVAILABLE', { cause: error })
    }
  }
}
