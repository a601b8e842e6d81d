import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { JWK } from 'jose'
import type { SigningKey, Storage } from '../../index.ts'
import { ConditionLost } from '../../index.ts'
import type { Clock } from '../clock.ts'
import { openJwk } from './open-jwk.ts'
import type { SecretBox } from './secret-box.ts'

const ALGORITHMS = ['ES256', 'RS256'] as const

/** The issuer's signing keys: private ones, for the provider only. */
export async function loadKeys(storage: Storage, box: SecretBox, clock: Clock): Promise<JWK[]> {
  for (const alg of await findMissing(storage)) await addFirst(storage, box, alg, clock())
  const keys = await storage.signingKeys.list()
  const ofAlg = (alg: string): SigningKey[] => keys.filter((key) => key.alg === alg)
  // Signing takes the first key that fits, and everybody else verifies with any of them.
  const order = ['current', 'next', 'previous']
  return ALGORITHMS.flatMap((alg) =>
    ofAlg(alg).toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)),
  ).map((key) => openJwk(box, key))
}

/** Of nodes that start together on an empty database, one makes the key and all use it. */
async function addFirst(storage: Storage, box: SecretBox, alg: string, now: number): Promise<void> {
  const key = await makeKey(alg, 'current', box, now)
  try {
    await storage.unitOfWork.run(() => storage.signingKeys.add(key))
  } catch (error) {
    if (!(error instanceof ConditionLost)) throw error
  }
}

async function findMissing(storage: Storage): Promise<readonly string[]> {
  const keys = await storage.signingKeys.list()
  const has = (alg: string): boolean =>
    keys.some((key) => key.alg === alg && key.state === 'current')
  return ALGORITHMS.filter((alg) => !has(alg))
}

async function makeKey(
  alg: string,
  state: SigningKey['state'],
  box: SecretBox,
  createdAt: number,
): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(privateKey)
  const kid = await calculateJwkThumbprint(jwk)
  const sealedJwk = box.seal(JSON.stringify({ ...jwk, kid, alg, use: 'sig' }))
  return { kid, alg, sealedJwk, state, createdAt }
}

/**
 * Turns the ring by one: what was announced signs from now on, what signed is only published any
 * more, what was published last time is gone, and a fresh key is announced. Resource servers that
 * cache the key set have seen the new key for a whole turn before it signs.
 *
 * @param note is told the ids of the keys that sign after a restart, in the same unit.
 * @returns these ids.
 */
export async function rotateKeys(
  storage: Storage,
  box: SecretBox,
  clock: Clock,
  note: (signing: readonly string[]) => Promise<void>,
): Promise<string[]> {
  const keys = await storage.signingKeys.list()
  const fresh = await Promise.all(ALGORITHMS.map((alg) => makeKey(alg, 'next', box, clock())))
  return storage.unitOfWork.run(async () => {
    const signing: string[] = []
    for (const next of fresh) {
      const ring = keys.filter((key) => key.alg === next.alg)
      const announced = ring.filter((key) => key.state === 'next')
      // There is room for one current key only: the old one steps back before the new one steps up.
      for (const key of ring.filter(({ state }) => state !== 'next')) {
        if (key.state === 'previous') await storage.signingKeys.remove(key.kid)
        else if (announced.length > 0) await storage.signingKeys.setState(key.kid, 'previous')
      }
      for (const key of announced) await storage.signingKeys.setState(key.kid, 'current')
      const current =
        announced.length > 0 ? announced : ring.filter((key) => key.state === 'current')
      signing.push(...current.map((key) => key.kid))
      await storage.signingKeys.add(next)
    }
    await note(signing)
    return signing
  })
}
