import type { CommandDef } from 'citty'
import { z } from 'zod'
import { commandLine } from '../administration/requester.ts'
import { revokeConsent } from '../administration/revoke-consent.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withProvider } from './with-parts.ts'

export const consentRevoke: CommandDef = command({
  name: 'understudy consent revoke',
  description: 'Take back what a user allowed an app; ends the impersonations that rest on it',
  args: {
    sub: { type: 'positional', description: 'id of the account' },
    client_id: { type: 'positional', description: 'id of the app' },
  },
  input: z.strictObject({ sub: z.string(), client_id: z.string() }),
  async run({ sub, client_id: clientId }) {
    const changed = await withProvider((parts) => revokeConsent(parts, sub, clientId, commandLine))
    print(`The consent of ${sub} to ${clientId} ${changed ? 'is' : 'was already'} revoked.`)
  },
})
