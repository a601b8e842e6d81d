import {
  CompactSign,
  base64url,
  calculateJwkThumbprint,
  compactVerify,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
} from 'jose'
import type { CryptoKey, JWK } from 'jose'
import type { AuditReader, AuditSigner, Checkpoint, Tombstone } from '../../index.ts'
import { openJwk } from '../keys/open-jwk.ts'
import type { Parts } from '../parts.ts'

const ALG = 'ES256'
const TYPES = {
  checkpoint: 'understudy-audit-checkpoint+jwt',
  tombstone: 'understudy-audit-tombstone+jwt',
} as const

export interface AuditKeyRing {
  readonly signer: AuditSigner
  readonly reader: AuditReader
  /** What others verify with, newest first. */
  readonly publicKeys: readonly JWK[]
}

/**
 * The keys that sign statements about the audit trail; the first is made when there is none. They
 * are read from what the secret key has sealed: one that was slipped into the database is none.
 */
export async function loadAuditKeys({
  storage,
  box,
  clock,
}: Pick<Parts, 'storage' | 'box' | 'clock'>): Promise<AuditKeyRing> {
  if ((await storage.auditKeys.list()).length === 0) {
    const { privateKey } = await generateKeyPair(ALG, { extractable: true })
    const jwk = { ...(await exportJWK(privateKey)), alg: ALG, use: 'sig' }
    const kid = await calculateJwkThumbprint(jwk)
    const sealedJwk = box.seal(JSON.stringify({ ...jwk, kid }))
    await storage.auditKeys.addFirst({ kid, sealedJwk, createdAt: clock() })
  }
  const jwks = (await storage.auditKeys.list()).map((key) => openJwk(box, key))
  const [newest] = jwks
  if (newest === undefined) throw new Error('the audit key could not be kept')
  const publicKeys = jwks.map(toPublic)
  return { signer: await createSigner(newest), reader: await readerFor(publicKeys), publicKeys }
}

const toPublic = ({ kty, crv, x, y, kid, alg, use }: JWK): JWK =>
  ({ kty, crv, x, y, kid, alg, use }) as JWK

async function createSigner(jwk: JWK): Promise<AuditSigner> {
  const key = await importJWK(jwk, ALG)
  return {
    sign: (kind, statement) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(statement)))
        .setProtectedHeader({ alg: ALG, typ: TYPES[kind], kid: jwk.kid ?? '' })
        .sign(key),
  }
}

/** Believes these keys and no other, whatever a JWS says of itself. */
export async function readerFor(publicKeys: readonly JWK[]): Promise<AuditReader> {
  const keys = new Map<string, CryptoKey | Uint8Array>()
  for (const jwk of publicKeys) {
    keys.set(await calculateJwkThumbprint(jwk), await importJWK(jwk, ALG))
  }
  const read = async <Statement>(
    kind: keyof typeof TYPES,
    jws: string,
  ): Promise<Statement | null> => {
    try {
      const { kid = '', typ } = decodeProtectedHeader(jws)
      const key = keys.get(kid)
      if (key === undefined || typ !== TYPES[kind]) return null
      const { payload } = await compactVerify(jws, key, { algorithms: [ALG] })
      return JSON.parse(new TextDecoder().decode(payload)) as Statement
    } catch {
      return null
    }
  }
  return {
    readCheckpoint: (jws) => read<Checkpoint>('checkpoint', jws),
    readTombstone: (jws) => read<Tombstone>('tombstone', jws),
    peekCheckpoint,
  }
}

function peekCheckpoint(jws: string): Checkpoint | null {
  try {
    const [, payload = ''] = jws.split('.')
    return JSON.parse(new TextDecoder().decode(base64url.decode(payload))) as Checkpoint
  } catch {
    return null
  }
}
