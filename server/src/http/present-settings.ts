import { z } from 'zod'
import type { Settings } from '../impersonation/settings.ts'

const mode = z.enum(['read_only', 'full'])

/** Every setting there is, by its name on the wire. */
type Policy = {
  [Key in keyof Settings as SnakeCase<Key>]: Key extends 'impersonationRoles'
    ? Role[]
    : Settings[Key]
}

interface Role {
  role: string
  within: 'organization' | null
}

type SnakeCase<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : ''

const seconds = z.int()

export const policy: z.ZodType<Policy> = z
  .object({
    impersonation_roles: z.array(
      z.object({ role: z.string(), within: z.enum(['organization']).nullable() }),
    ),
    impersonator_clients: z.array(z.string()).readonly(),
    impersonation_services: z.array(z.string()).readonly().nullable(),
    impersonation_seconds: seconds,
    access_token_seconds: seconds,
    default_mode: mode,
    require_mfa: z.boolean(),
    mfa_max_age_seconds: seconds,
    require_reason: z.boolean(),
    ticket_pattern: z.string().nullable(),
    link_parameters: z.enum(['query', 'fragment']),
    impersonate_admins: z.boolean(),
    notify_subject: z.enum(['never', 'start', 'end', 'both']),
    starts_per_actor: z.int(),
    checks_per_actor: z.int(),
    starts_per_service: z.int(),
  })
  .meta({ id: 'Policy', description: 'docs/reference/configuration.md explains each' })

const snakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)

export function presentSettings(settings: Settings): Policy {
  const { impersonationRoles, ...same } = settings
  const roles = impersonationRoles.map((entry) =>
    typeof entry === 'string' ? { role: entry, within: null } : { ...entry },
  )
  const rest = Object.entries(same).map(([name, value]) => [snakeCase(name), value])
  return { impersonation_roles: roles, ...Object.fromEntries(rest) } as Policy
}
