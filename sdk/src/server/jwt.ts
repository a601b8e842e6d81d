import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'
import type { Verified } from './verified.ts'
import { verifiedFrom } from './verified.ts'

/** Signatures only: with a shared secret, whoever verifies could sign, too. */
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'RS256', 'PS256']

/** Keys that could not be fetched say nothing about a token. */
const NOT_THE_TOKEN: readonly unknown[] = [
  'ERR_JOSE_GENERIC',
  'ERR_JWKS_TIMEOUT',
  'ERR_JWKS_INVALID',
]

/** Verifies JWT access tokens (RFC 9068). Throws Refusal S2S_TOKEN_INVALID or UNAVAILABLE. */
export function createJwtVerifier(settings: Settings): (token: string) => Promise<Verified> {
  const { issuer, audience, base, clock } = settings
  // RFC 9068 §4: a token that is not known to be meant for us is not for us.
  if (audience === null) return () => Promise.reject(new Refusal('S2S_TOKEN_INVALID'))
  const load = async (): Promise<(token: string) => Promise<Verified>> => {
    const { createRemoteJWKSet, jwtVerify } = await import('jose')
    const timeoutDuration = settings.timeoutSeconds * 1000
    const keys = createRemoteJWKSet(new URL(`${base}/jwks`), { timeoutDuration })
    const requiredClaims = ['sub', 'exp']
    const expected = { issuer, audience, typ: 'at+jwt', algorithms: ALGORITHMS, requiredClaims }
    return async (token) => {
      const { payload } = await jwtVerify(token, keys, {
        ...expected,
        currentDate: new Date(clock()),
      })
      return verifiedFrom(payload)
    }
  }
  let verify: ReturnType<typeof load> | undefined
  return async (token) => {
    verify ??= load()
    try {
      return await (
        await verify
      )(token)
    } catch (error) {
      throw error instanceof Refusal ? error : refusalFor(error)
    }
  }
}

function refusalFor(error: unknown): Refusal {
  const { code } = error as { code?: unknown }
  const isBad =
    typeof code === 'string' && code.startsWith('ERR_J') && !NOT_THE_TOKEN.includes(code)
  return new Refusal(isBad ? 'S2S_TOKEN_INVALID' : 'UNAVAILABLE', { cause: error })
}
