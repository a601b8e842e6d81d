import type { CommandDef } from 'citty'
import { z } from 'zod'
import type { Mode } from '../../index.ts'
import { idSchema, textSchema } from '../../index.ts'
import { commandLine, nowhere } from '../administration/requester.ts'
import { signIn } from '../administration/sign-in.ts'
import type { Parts } from '../parts.ts'
import { askSecret } from './ask-secret.ts'
import { command } from './command.ts'
import { fields, print } from './print.ts'
import { UsageError } from './usage-error.ts'
import { withProvider } from './with-parts.ts'

interface Wanted {
  readonly actor: string
  readonly user: string
  readonly app: string
  readonly reason?: string | undefined
  readonly ticket?: string | undefined
  readonly mode?: Mode | undefined
  readonly redeemWithin?: number | undefined
  readonly showToken: boolean
}

const seconds = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, 'must be a number of seconds')
  .transform(Number)

export const impersonate: CommandDef = command<Wanted>({
  name: 'understudy impersonate',
  description: 'Start an impersonation, by the same rules and limits as through the API',
  args: {
    actor: { type: 'string', required: true, valueHint: 'email', description: 'who acts' },
    user: { type: 'string', required: true, valueHint: 'sub', description: 'who is impersonated' },
    app: { type: 'string', required: true, valueHint: 'client_id', description: 'where' },
    reason: { type: 'string' },
    ticket: { type: 'string' },
    mode: { type: 'enum', options: ['read_only', 'full'] },
    'redeem-within': { type: 'string', description: 'seconds in which the link must be opened' },
    'show-token': { type: 'boolean', description: 'print the refresh token by itself, too' },
  },
  input: z.strictObject({
    actor: z.string().min(1).max(320),
    user: idSchema,
    app: idSchema,
    reason: textSchema(500).optional(),
    ticket: textSchema(200).optional(),
    mode: z.enum(['read_only', 'full']).optional(),
    redeemWithin: seconds.optional(),
    showToken: z.boolean(),
  }),
  async run(wanted) {
    print(await withProvider((parts) => start(parts, wanted)))
  },
})

async function start(parts: Parts, wanted: Wanted): Promise<string> {
  const { settings, impersonation } = parts
  const { redeemWithin = null } = wanted
  if (redeemWithin !== null && redeemWithin > settings.impersonationSeconds) {
    throw new UsageError(`--redeem-within: must be at most ${settings.impersonationSeconds}`)
  }
  const answers = {
    password: () => askSecret(`Password of ${wanted.actor}`, 'UNDERSTUDY_PASSWORD'),
    code: () => askSecret('One-time code', 'UNDERSTUDY_CODE'),
  }
  const actor = await signIn(parts, wanted.actor, answers, commandLine)
  const { mode = settings.defaultMode, reason = null, ticket = null } = wanted
  const started = await impersonation.start(
    {
      service: null,
      subject: wanted.user,
      app: wanted.app,
      wish: { mode, reason, ticket },
      redeemWithin,
      origin: nowhere,
    },
    actor,
  )
  return fields([
    ['impersonation', started.impersonation.id],
    ['mode', started.impersonation.mode],
    ['ends at', new Date(started.impersonation.expiresAt).toISOString()],
    ...started.links.map((link) => ['link', link] as const),
    ...(wanted.showToken ? [['refresh token', started.refreshToken] as const] : []),
  ])
}
