import { hash } from 'node:crypto'
import type { Issuer } from './issuer.ts'
import { createJwtVerifier } from './jwt.ts'
import type { Liveness } from './liveness.ts'
import { createLru } from './lru.ts'
import { createOpaqueVerifier } from './opaque.ts'
import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'
import type { Verified } from './verified.ts'

const REMEMBERED = 10_000

/** Recognises tokens of both kinds. A JWT's signature is verified once, as long as it lives. */
export function createRecognition(
  settings: Settings,
  issuer: Issuer,
  liveness: Liveness,
): (token: string) => Promise<Verified> {
  const { clock } = settings
  const verifyJwt = createJwtVerifier(settings)
  const verifyOpaque = createOpaqueVerifier(settings, issuer)
  // Not the tokens themselves: what lies in memory opens nothing.
  const jwts = createLru<Verified>(REMEMBERED)

  const recogniseJwt = async (token: string, key: string): Promise<Verified> => {
    const verified = await verifyJwt(token)
    jwts.set(key, verified)
    return verified
  }

  const recognise = async (token: string, key: string): Promise<Verified> => {
    // RFC 6750 §2.1; nothing else is worth a question.
    if (!/^[\w.~+/-]+=*$/.test(token)) throw new Refusal('S2S_TOKEN_INVALID')
    if (token.split('.').length === 3) return checked(await recogniseJwt(token, key), true)
    // Who introspects an opaque token has asked for liveness already.
    return checked(await verifyOpaque(token, key), false)
  }

  const checked = async (verified: Verified, mustAsk: boolean): Promise<Verified> => {
    const { impersonationId: id } = verified
    if (id === null) return verified
    if (liveness.hasEnded(id)) throw new Refusal('IMPERSONATION_ENDED')
    if (mustAsk && !liveness.isKnown(id)) await liveness.ask(id)
    return verified
  }

  return (token) => {
    const key = hash('sha256', token, 'base64')
    const known = jwts.get(key)
    if (known !== undefined) {
      const { impersonationId: id, expiresAt } = known
      if (expiresAt * 1000 > clock() && (id === null || !liveness.hasEnded(id)))
        return checked(known, true)
      jwts.delete(key)
    }
    return recognise(token, key)
  }
}
