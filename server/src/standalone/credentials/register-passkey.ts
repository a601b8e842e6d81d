import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server'
import type { Account, Passkey } from '../../index.ts'
import { StorageUnavailable } from '../../index.ts'
import type { Parts } from '../parts.ts'
import { registrationIn } from './browser-answer.ts'
import { keepChallenge, takeChallenge } from './challenge.ts'

type Registering = Pick<Parts, 'storage' | 'clock' | 'box' | 'server'>

/** EdDSA, ES256, RS256: every authenticator has one of them (WebAuthn §5.4, note). */
const ALGORITHMS = [-8, -7, -257]

/** What the browser needs to make a passkey, as JSON. */
export async function registrationOptions(
  parts: Registering,
  account: Account,
  purpose: string,
): Promise<string> {
  const { storage, box, server } = parts
  const options = await generateRegistrationOptions({
    rpName: 'Understudy',
    rpID: new URL(server.issuer).hostname,
    userName: account.email,
    userDisplayName: account.name,
    // WebAuthn §14.6.1: a user handle must not hold anything personal.
    userID: new Uint8Array(Buffer.from(box.sign('passkey-user', account.sub), 'base64url')),
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: (await storage.passkeys.listOf(account.sub)).map(({ id, transports }) => ({
      id,
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  })
  await keepChallenge(parts, purpose, options.challenge)
  return JSON.stringify(options)
}

/** The passkey that the browser has made, not stored yet; `undefined` when its answer is none of ours. */
export async function verifyRegistration(
  parts: Registering,
  account: Account,
  purpose: string,
  answer: string,
): Promise<Omit<Passkey, 'name'> | undefined> {
  const { server, clock } = parts
  const response = registrationIn(answer)
  if (response === undefined) return undefined
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: (challenge) => takeChallenge(parts, purpose, challenge),
      expectedOrigin: server.issuer,
      expectedRPID: new URL(server.issuer).hostname,
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (!verified) return undefined
    const { credential, credentialDeviceType } = registrationInfo
    return {
      id: credential.id,
      account: account.sub,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: credential.counter,
      transports: credential.transports ?? [],
      device: credentialDeviceType === 'singleDevice' ? 'single' : 'multi',
      createdAt: clock(),
      lastUsedAt: null,
    }
  } catch (error) {
    // The library throws for whatever does not fit; what does not fit is answered like a wrong code.
    if (error instanceof StorageUnavailable) throw error
    return undefined
  }
}
