import { z } from 'zod'
import { ConfigurationError } from './configuration-error.ts'
import type { PanelSettings } from './settings.ts'
import type { PanelPlace } from './start-panel.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A name, and nothing behind it: tokens travel to both, in clear text on this machine only. */
const originUrl = z
  .url({ protocol: /^https?$/ })
  .refine((text) => new URL(text).pathname === '/', 'must not have a path')
  .refine(
    (text) => text.startsWith('https:') || LOOPBACK.has(new URL(text).hostname),
    'must be https, except on a loopback address',
  )
  .transform((text) => new URL(text).origin)

const schema = z.object({
  ISSUER: originUrl,
  PANEL_URL: originUrl,
  PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  HOST: z.string().min(1).optional(),
  CLIENT_ID: z.string().min(1).default('admin-panel'),
  CLIENT_SECRET: z.string().min(1),
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
})

/** @throws ConfigurationError naming the variable */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): PanelSettings & PanelPlace {
  const parsed = schema.safeParse(env)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new ConfigurationError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`)
  }
  const { PORT, HOST, ...variables } = parsed.data
  return {
    issuer: variables.ISSUER,
    url: variables.PANEL_URL,
    clientId: variables.CLIENT_ID,
    clientSecret: variables.CLIENT_SECRET,
    trustedProxies: variables.TRUSTED_PROXIES,
    ...(PORT !== undefined && { port: PORT }),
    ...(HOST !== undefined && { host: HOST }),
  }
}
