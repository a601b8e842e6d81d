import type { CommandDef } from 'citty'
import { z } from 'zod'
import { presentApp } from '../../index.ts'
import { readAll } from '../read-all.ts'
import { command } from './command.ts'
import { jsonList, print, table } from './print.ts'
import { withParts } from './with-parts.ts'

const HEAD = ['CLIENT ID', 'NAME', 'TYPE', 'ENABLED', 'CONSENT', 'REDIRECT URIS']

export const appList: CommandDef = command({
  name: 'understudy app list',
  description: 'Show the registered apps',
  args: { json: { type: 'boolean', description: 'a JSON array of the API’s App objects' } },
  input: z.strictObject({ json: z.boolean() }),
  async run({ json }) {
    const found = await withParts(({ storage }) => readAll((page) => storage.apps.list(page)))
    const apps = found.map(presentApp)
    const rows = apps.map((app) => [
      app.client_id,
      app.name,
      app.type,
      app.enabled ? 'yes' : 'no',
      app.require_consent ? 'required' : 'not required',
      app.redirect_uris.join(' '),
    ])
    print(json ? jsonList(apps) : table(HEAD, rows))
  },
})
