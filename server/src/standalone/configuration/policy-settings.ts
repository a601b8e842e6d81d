import { z } from 'zod'
import { Role, S2sConfig } from '../../configs/variable.ts'
import type { Settings } from '../../index.ts'
import { defaultSettings } from '../../index.ts'
import { misspeltVariables } from './misspelt-variables.ts'

/** A configuration nobody can have meant. The message is one line that names the key. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError'
}

const role = z.enum(Object.values(Role))
const seconds = (least: number, most: number): z.ZodInt => z.int().min(least).max(most)

const isPattern = (source: string): boolean => {
  try {
    return new RegExp(source, 'u') instanceof RegExp
  } catch {
    return false
  }
}

const schema: z.ZodType<Settings> = z.strictObject({
  impersonationRoles: z.array(
    z.union([role, z.strictObject({ role, within: z.literal('organization') })]),
  ),
  impersonatorClients: z.array(z.string().min(1)),
  impersonationServices: z.array(z.string().min(1)).nullable(),
  impersonationSeconds: seconds(1, 3600),
  accessTokenSeconds: seconds(1, 300),
  defaultMode: z.enum(['read_only', 'full']),
  requireMfa: z.boolean(),
  mfaMaxAgeSeconds: seconds(1, 86_400),
  requireReason: z.boolean(),
  ticketPattern: z.string().max(200).refine(isPattern, 'not a regular expression').nullable(),
  linkParameters: z.enum(['query', 'fragment']),
  impersonateAdmins: z.boolean(),
  notifySubject: z.enum(['never', 'start', 'end', 'both']),
  startsPerActor: seconds(1, 1_000_000),
  checksPerActor: seconds(1, 1_000_000),
  startsPerService: seconds(1, 1_000_000),
})

/** `impersonationRoles` → `IMPERSONATION_ROLES`. */
export const variableOf = (key: string): string =>
  key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

/** `org_admin@organization` limits a role to members of the actor's own organisation. */
function roleFrom(text: string): unknown {
  const split = text.indexOf('@')
  return split === -1 ? text : { role: text.slice(0, split), within: text.slice(split + 1) }
}

/** What the text of an environment variable means for a key, by the kind of its value. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  impersonationRoles: (text) => list(text).map(roleFrom),
  impersonatorClients: list,
  impersonationServices: (text) => (text === '' ? null : list(text)),
  ticketPattern: (text) => (text === '' ? null : text),
}

function read(key: string, text: string): unknown {
  const reader = readers[key]
  if (reader !== undefined) return reader(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+$/.test(text) ? Number(text) : text
}

/**
 * The policy as it is in force: the defaults, configs/variable.ts over them, and the environment over
 * both.
 *
 * @throws ConfigurationError with a line for each key that is unknown, or whose value is impossible
 */
export function loadSettings(
  env: NodeJS.ProcessEnv,
  config: Partial<Settings> = S2sConfig,
): Settings {
  const wanted: Record<string, unknown> = { ...defaultSettings, ...config }
  const keys = Object.keys(defaultSettings)
  for (const key of keys) {
    const text = env[variableOf(key)]
    if (text !== undefined) wanted[key] = read(key, text)
  }
  const parsed = schema.safeParse(wanted)
  const reasons = [
    ...misspeltVariables(Object.keys(env), keys.map(variableOf)),
    ...(parsed.error?.issues ?? []).map((issue) => explain(issue, wanted)),
  ]
  if (parsed.success && reasons.length === 0) return Object.freeze(parsed.data)
  throw new ConfigurationError(reasons.join('\n'))
}

function explain(issue: z.core.$ZodIssue, wanted: Readonly<Record<string, unknown>>): string {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const path = unknown ?? issue.path.join('.')
  const value: unknown = path.split('.').reduce<unknown>((at, key) => (at as never)?.[key], wanted)
  const isRole = path.startsWith('impersonationRoles.')
  // `Role.SuperAdmn` is nothing at all, and nobody sees that in a file that is not compiled.
  const isUnset = value === undefined || (isRole && hasNoRole(value))
  if (!isUnset)
    return `S2sConfig.${path}: ${JSON.stringify(value)} is not possible (${issue.message})`
  return `S2sConfig.${path} is not set${isRole ? ": is the role's name spelt right?" : ''}`
}

const hasNoRole = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'role' in value && value.role === undefined
