import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'

/** WebAuthn §5.1, `toJSON`, as far as it is looked at; the library trusts these types. */
const credential = {
  id: z.string().max(2000),
  rawId: z.string().max(2000),
  type: z.literal('public-key'),
}

const registration = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: z.string(),
    attestationObject: z.string(),
    transports: z.array(z.string().max(50)).max(10).optional(),
  }),
})

const assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: z.string(),
    authenticatorData: z.string(),
    signature: z.string(),
    userHandle: z.string().optional(),
  }),
})

export const registrationIn = (answer: string): RegistrationResponseJSON | undefined =>
  parse(registration, answer) as RegistrationResponseJSON | undefined

export const assertionIn = (answer: string): AuthenticationResponseJSON | undefined =>
  parse(assertion, answer) as AuthenticationResponseJSON | undefined

function parse<Answer>(schema: z.ZodType<Answer>, text: string): Answer | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
