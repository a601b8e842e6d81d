import { z } from 'zod'
import { ConfigurationError } from './policy-settings.ts'
import { loopbackNames } from '../web/loopback-names.ts'

/** Where and how the ready-made server runs; docs/reference/configuration.md has every variable. */
export interface ServerSettings {
  readonly issuer: string
  readonly port: number
  /** The address to listen on; without it the loopback's two. */
  readonly host: string | undefined
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  /** Base64 of 32 bytes; without it a key file in the data folder is used. */
  readonly secretKey: string | undefined
  /** Likewise; what it has encrypted or signed is good as well. */
  readonly otherSecretKey: string | undefined
  /** How many proxies in front of the server may be believed. */
  readonly trustedProxies: number
  /** Where mail is handed over; without it none is sent. Holds a password. */
  readonly smtpUrl: string | undefined
  readonly mailFrom: string
  /** Signed checkpoints of the audit trail are appended to this file. */
  readonly auditAnchorFile: string | undefined
  /** Where metrics can be collected; without it nowhere. */
  readonly metricsPort: number | undefined
  readonly metricsHost: string | undefined
  readonly logLevel: string
  readonly production: boolean
  readonly demo: boolean
}

const secretKey = z
  .base64()
  .refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')

const schema = z.object({
  ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  PORT: z.coerce.number().int().min(1).max(65_535).default(4000),
  HOST: z.string().min(1).optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  SECRET_KEY: secretKey.optional(),
  OTHER_SECRET_KEY: secretKey.optional(),
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/[^/]/, 'must begin with smtp:// or smtps://')
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^\n\r<>]*<?[^\s<>@]+@[^\s<>@]+>?$/, 'must be an address, or a name and <address>')
    .optional(),
  AUDIT_ANCHOR_FILE: z.string().min(1).optional(),
  METRICS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  METRICS_HOST: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  NODE_ENV: z.string().optional(),
  DEMO: z.enum(['true', 'false']).optional(),
})

/** A line for each variable. */
function linesOf({ issues }: z.ZodError): string {
  const first = new Map<string, string>()
  for (const { path, message } of issues.toReversed()) first.set(path.join('.'), message)
  return [...first]
    .map(([name, message]) => `${name}: ${message}`)
    .toReversed()
    .join('\n')
}

/** @throws ConfigurationError naming the variable */
export function loadServerSettings(env: NodeJS.ProcessEnv): ServerSettings {
  const parsed = schema.safeParse(env)
  if (!parsed.success) throw new ConfigurationError(linesOf(parsed.error))
  const variables = parsed.data
  const production = variables.NODE_ENV === 'production'
  const issuer = checkIssuer(variables.ISSUER ?? `http://localhost:${variables.PORT}`)
  return {
    issuer,
    port: variables.PORT,
    host: variables.HOST,
    dataDir: variables.DATA_DIR,
    databaseUrl: variables.DATABASE_URL,
    secretKey: variables.SECRET_KEY,
    otherSecretKey: variables.OTHER_SECRET_KEY,
    trustedProxies: variables.TRUSTED_PROXIES,
    smtpUrl: variables.SMTP_URL,
    mailFrom: variables.MAIL_FROM ?? `no-reply@${new URL(issuer).hostname}`,
    auditAnchorFile: variables.AUDIT_ANCHOR_FILE,
    metricsPort: variables.METRICS_PORT,
    metricsHost: variables.METRICS_HOST,
    logLevel: variables.LOG_LEVEL,
    production,
    demo: isDemo(variables.DEMO, production, issuer),
  }
}

/** Behind the port of the issuer. */
const DEMO_PORTS = 4

/** Everybody knows the demo's passwords: it runs for whoever sits at the machine, and for nobody else. */
function isDemo(wanted: string | undefined, production: boolean, issuer: string): boolean {
  const { hostname, port } = new URL(issuer)
  const isLocal = loopbackNames.has(hostname) && port !== ''
  if (wanted === 'true' && production) {
    throw new ConfigurationError('DEMO: demo data is refused with NODE_ENV=production')
  }
  if (wanted === 'true' && !isLocal) {
    throw new ConfigurationError('DEMO: demo data is refused unless ISSUER is on the loopback')
  }
  const isWanted = wanted === undefined ? !production && isLocal : wanted === 'true'
  const most = 65_535 - DEMO_PORTS
  if (!isWanted || Number(port) <= most) return isWanted
  throw new ConfigurationError(
    `PORT: the demo needs the ${DEMO_PORTS} ports after ${port}: at most ${most}, or DEMO=false`,
  )
}

/** Tokens in clear text are acceptable on this machine only. */
function checkIssuer(issuer: string): string {
  const { protocol, hostname, origin, pathname } = new URL(issuer)
  if (protocol === 'http:' && !loopbackNames.has(hostname)) {
    throw new ConfigurationError('ISSUER: must be https, except on a loopback address')
  }
  if (pathname !== '/') throw new ConfigurationError('ISSUER: must not have a path')
  return origin
}
