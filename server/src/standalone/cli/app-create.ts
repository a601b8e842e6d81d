import type { ArgsDef, CommandDef } from 'citty'
import type { CreatedApp } from '../administration/create-app.ts'
import { createApp } from '../administration/create-app.ts'
import type { NewApp } from '../administration/new-app.ts'
import { newApp } from '../administration/new-app.ts'
import { commandLine } from '../administration/requester.ts'
import type { Typed } from './command.ts'
import { command } from './command.ts'
import { fields, print } from './print.ts'
import { withParts } from './with-parts.ts'

const args: ArgsDef = {
  'client-id': { type: 'string', required: true },
  name: { type: 'string', required: true, description: 'as users see it' },
  type: {
    type: 'enum',
    options: ['spa', 'web', 's2s'],
    required: true,
    description: 'in the browser, on a server, or a service without users',
  },
  'redirect-uri': { type: 'string', description: 'needed for spa and web; repeatable' },
  'post-logout-redirect-uri': { type: 'string', description: 'repeatable' },
  scope: { type: 'string', description: 'default for spa and web: openid profile email' },
  'write-scope': {
    type: 'string',
    description: 'withheld in read-only mode; repeatable; default: those ending in :write',
  },
  resource: { type: 'string', description: 'audience of its JWT access tokens; repeatable' },
  'require-consent': { type: 'boolean', description: 'impersonate only users who consented to it' },
  'service-scope': { type: 'string', description: 'for client credentials; needed for s2s' },
  'introspects-all': { type: 'boolean', description: 's2s: may introspect tokens of every client' },
}

export const appCreate: CommandDef = command<NewApp>({
  name: 'understudy app create',
  description: 'Register an app',
  args,
  repeatable: ['redirect-uri', 'post-logout-redirect-uri', 'write-scope', 'resource'],
  read: readNewApp,
  input: newApp,
  async run(input) {
    print(describe(await withParts((parts) => createApp(parts, input, commandLine))))
  },
})

function readNewApp(typed: Typed): unknown {
  const { writeScopes, serviceScope = '' } = typed
  // Without any, those that look like it are.
  const given = (writeScopes as string[]).length > 0 ? writeScopes : undefined
  return { ...typed, writeScopes: given, serviceScope }
}

const STANDARD = new Set(['openid', 'profile', 'email', 'offline_access'])

function describe({ app, secret }: CreatedApp): string {
  const own = app.scope.split(' ').filter((word) => word !== '' && !STANDARD.has(word))
  const lines = fields([
    ['client id', app.clientId],
    ['type', app.type],
    ...(secret === null ? [] : [['client secret', secret] as const]),
    ...(app.scope === '' ? [] : [['scope', app.scope] as const]),
    ...(app.serviceScope === '' ? [] : [['service scope', app.serviceScope] as const]),
  ])
  // oidc-provider knows its scopes from the start.
  return own.length === 0 ? lines : `${lines}\nA running server knows new scopes after a restart.`
}
