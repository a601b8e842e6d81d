import { z } from 'zod'
import { Role } from '../../configs/variable.ts'
import { idSchema, textSchema } from '../../index.ts'

export interface NewUser {
  readonly email: string
  readonly name: string
  /** Drawn when there is none. */
  readonly sub?: string | undefined
  readonly organization: { readonly id: string; readonly name: string } | null
  readonly roles: readonly string[]
  /** Drawn when there is none. */
  readonly password: string | null
  /** Whether a one-time-password secret is enrolled at once. */
  readonly totp: boolean
}

export const role: z.ZodType<string> = z.enum(Object.values(Role), {
  error: ({ input }) =>
    `${String(input)} is no role; the roles are ${Object.values(Role).join(', ')}`,
})

/** NIST SP 800-63B §3.1.1.2 asks for length and nothing else. */
const password = z
  .string()
  .min(12, 'must have at least 12 characters')
  .max(1024, 'must have at most 1024 characters')

export const newUser: z.ZodType<NewUser> = z.strictObject({
  email: z.email('is not an e-mail address').max(320),
  name: textSchema(200),
  sub: idSchema.optional(),
  organization: z.strictObject({ id: idSchema, name: textSchema(200) }).nullable(),
  roles: z.array(role),
  password: password.nullable(),
  totp: z.boolean(),
})
