import { hash } from 'node:crypto'
import { createAnswers } from './answers.ts'
import type { Issuer } from './issuer.ts'
import { createJwtVerifier } from './jwt.ts'
import type { Liveness } from './liveness.ts'
import { createOpaqueVerifier } from './opaque.ts'
import type { Settings } from './options.ts'
import { Refusal } from './refusal.ts'
import type { Verified } from './verified.ts'

/**
 * Recognises tokens of both kinds, each once at a time. A JWT's signature is verified once, as long
 * as it lives; an opaque token is asked for at most once in five seconds.
 */
export function createRecognition(
  settings: Settings,
  issuer: Issuer,
  liveness: Liveness,
): (token: string) => Promise<Verified> {
  const { clients, clock, isFresh } = settings
  const verifyJwt = createJwtVerifier(settings)
  const verifyOpaque = createOpaqueVerifier(settings, issuer)
  const known = createAnswers<{ readonly isJwt: boolean; readonly at: number }, Verified>(
    ({ isJwt, at }) => isJwt || isFresh(at),
    // A JWT may be of a key that is not known yet.
    (error, { isJwt }) => !isJwt && error instanceof Refusal && error.code !== 'UNAVAILABLE',
  )

  return async (token) => {
    // RFC 6750 §2.1; nothing else is worth a question.
    if (!/^[\w.~+/-]+=*$/.test(token)) throw new Refusal('S2S_TOKEN_INVALID')
    const isJwt = token.split('.').length === 3
    // Not the token itself: what lies in memory opens nothing.
    const key = hash('sha256', token, 'base64')
    const verify = isJwt ? verifyJwt : verifyOpaque
    const verified = await known.get(key, { isJwt, at: clock() }, () => verify(token))
    const { impersonationId: id, clientId, expiresAt } = verified
    if (clients?.includes(clientId ?? '') === false || expiresAt * 1000 <= clock())
      throw new Refusal('S2S_TOKEN_INVALID')
    if (id !== null) {
      liveness.refuseEnded(id)
      // Who introspects an opaque token has asked for liveness already.
      if (isJwt) await liveness.ask(id)
    }
    return verified
  }
}
