import type { ArgsDef } from 'citty'
import { z } from 'zod'
import { Role } from '../../configs/variable.ts'
import { role } from '../administration/new-user.ts'

export const roleArguments: ArgsDef = {
  sub: { type: 'positional', description: 'id of the account' },
  role: { type: 'positional', description: Object.values(Role).join(', ') },
}

export const roleInput: z.ZodType<{ readonly sub: string; readonly role: string }> = z.strictObject(
  {
    sub: z.string(),
    role,
  },
)
