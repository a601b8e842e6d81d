import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { generateAuthenticationOptions, verifyAuthenticationResponse } from '@simplewebauthn/server'
import type { Account, Passkey } from '../../index.ts'
import { StorageUnavailable } from '../../index.ts'
import type { Parts } from '../parts.ts'
import { assertionIn } from './browser-answer.ts'
import { keepChallenge, takeChallenge } from './challenge.ts'

type Using = Pick<Parts, 'storage' | 'clock' | 'server'>

/** What the browser needs to answer with one of these passkeys, as JSON. */
export async function authenticationOptions(
  parts: Using,
  passkeys: readonly Passkey[],
  purpose: string,
): Promise<string> {
  const options = await generateAuthenticationOptions({
    rpID: new URL(parts.server.issuer).hostname,
    allowCredentials: passkeys.map(({ id, transports }) => ({ id, transports: [...transports] })),
    userVerification: 'preferred',
  })
  await keepChallenge(parts, purpose, options.challenge)
  return JSON.stringify(options)
}

/** The account's passkey that has signed our challenge; of two answers at once only one counts. */
export async function usePasskey(
  parts: Using,
  account: Account,
  purpose: string,
  answer: string,
): Promise<Passkey | undefined> {
  const { storage, clock } = parts
  const response = assertionIn(answer)
  const passkeys = await storage.passkeys.listOf(account.sub)
  const passkey = passkeys.find(({ id }) => id === response?.id)
  if (response === undefined || passkey === undefined) return undefined
  try {
    const counter = await verify(parts, passkey, purpose, response)
    if (counter === null) return undefined
    await storage.unitOfWork.run(() => storage.passkeys.noteUse(passkey, counter, clock()))
    return passkey
  } catch (error) {
    if (error instanceof StorageUnavailable) throw error
    // The library throws for whatever does not fit; what does not fit is answered like a wrong code.
    return undefined
  }
}

async function verify(
  parts: Using,
  passkey: Passkey,
  purpose: string,
  response: AuthenticationResponseJSON,
): Promise<number | null> {
  const { issuer } = parts.server
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: (challenge) => takeChallenge(parts, purpose, challenge),
    expectedOrigin: issuer,
    expectedRPID: new URL(issuer).hostname,
    credential: {
      id: passkey.id,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
      counter: passkey.counter,
      transports: [...passkey.transports],
    },
    requireUserVerification: false,
  })
  return verified ? authenticationInfo.newCounter : null
}

/** RFC 8176: a key that never leaves its hardware, or only proof that there is a key. */
export const methodOf = ({ device }: Passkey): 'hwk' | 'pop' =>
  device === 'single' ? 'hwk' : 'pop'
