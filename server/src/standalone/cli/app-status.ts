import type { CommandDef } from 'citty'
import { z } from 'zod'
import { commandLine } from '../administration/requester.ts'
import { setAppEnabled } from '../administration/set-app-enabled.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withProvider } from './with-parts.ts'

const statusCommand = (verb: string, enabled: boolean, description: string): CommandDef =>
  command({
    name: `understudy app ${verb}`,
    description,
    args: { client_id: { type: 'positional', description: 'id of the app' } },
    input: z.strictObject({ client_id: z.string() }),
    async run({ client_id: clientId }) {
      const changed = await withProvider((parts) =>
        setAppEnabled(parts, clientId, enabled, commandLine),
      )
      print(`${clientId} ${changed ? 'is' : 'was already'} ${enabled ? 'enabled' : 'disabled'}.`)
    },
  })

export const appDisable: CommandDef = statusCommand(
  'disable',
  false,
  'Make an app unusable; ends the impersonations in it',
)

export const appEnable: CommandDef = statusCommand('enable', true, 'Make an app usable again')
