import { SignJWT, importJWK } from 'jose'
import type { EndReason, Impersonation } from '../../index.ts'
import { loadKeys } from '../keys/key-ring.ts'
import type { Parts } from '../parts.ts'
import type { Outgoing } from './post.ts'

export const SESSION_REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'
/** OpenID Shared Signals Framework 1.0: says that a stream works. */
export const VERIFICATION = 'https://schemas.openid.net/secevent/ssf/event-type/verification'

const ALG = 'ES256'

/** What a token is about; who it is from and when it is signed is added. */
export interface SecurityEvent {
  readonly id: string
  readonly audience: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly subject: Readonly<Record<string, unknown>>
  readonly transaction?: string
  readonly type: string
  readonly claims: Readonly<Record<string, unknown>>
}

/** Signs with the key that ID tokens are signed with, so that receivers find it at `/jwks`. */
export type SignEvent = (event: SecurityEvent) => Promise<Outgoing>

export async function createEventSigner({
  storage,
  box,
  clock,
  server,
}: Pick<Parts, 'storage' | 'box' | 'clock' | 'server'>): Promise<SignEvent> {
  const jwk = (await loadKeys(storage, box, clock)).find(({ alg }) => alg === ALG)
  if (jwk === undefined) throw new Error('there is no key to sign security events with')
  const key = await importJWK(jwk, ALG)
  return async ({ id, audience, at, subject, transaction, type, claims }) => {
    // RFC 8417 §2.2 and §4.5: no `sub` and no `exp`, so that it cannot be taken for another kind of token.
    const token = new SignJWT({
      sub_id: subject,
      ...(transaction !== undefined && { txn: transaction }),
      events: { [type]: claims },
    })
      .setProtectedHeader({ alg: ALG, typ: 'secevent+jwt', kid: jwk.kid ?? '' })
      .setIssuer(server.issuer)
      .setAudience(audience)
      .setJti(id)
      .setIssuedAt(Math.floor(at / 1000))
    // RFC 8935 §2.1.
    const headers = { 'Content-Type': 'application/secevent+jwt', Accept: 'application/json' }
    return { headers, body: await token.sign(key) }
  }
}

type EndedBy = NonNullable<Impersonation['ended']>['by']

/** CAEP 1.0 §2: `user` is the subject. Who acts is staff, whose doing is an administrator's. */
const initiatingEntities: Readonly<Record<EndedBy, 'admin' | 'user' | 'policy' | 'system'>> = {
  impersonator: 'admin',
  subject: 'user',
  admin: 'admin',
  expired: 'system',
  reuse: 'policy',
  policy: 'policy',
  logout: 'admin',
}

/** CAEP 1.0 §3.1. Nothing in it was written by people. */
export const sessionRevoked = (
  by: EndedBy,
  reason: EndReason,
  at: number,
): SecurityEvent['claims'] => ({
  event_timestamp: Math.floor(at / 1000),
  initiating_entity: initiatingEntities[by],
  reason_admin: { en: reason.replaceAll('_', ' ') },
})
