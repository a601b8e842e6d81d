import { existsSync } from 'node:fs'
import type { CommandDef } from 'citty'
import { z } from 'zod'
import type { Restored } from '../administration/restore-database.ts'
import { restoreFile, restoreInPlace } from '../administration/restore-file.ts'
import { loadServerSettings } from '../configuration/server-settings.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { UsageError } from './usage-error.ts'

export const restore: CommandDef = command({
  name: 'understudy restore',
  description: 'Go on with a backup; everybody signs in again, and what was open has ended',
  args: {
    file: { type: 'positional', required: false, description: 'made by understudy backup' },
    after: {
      type: 'boolean',
      description: 'the database was put back by other means, say pg_restore',
    },
    anchor: { type: 'string', description: 'exported checkpoints; default AUDIT_ANCHOR_FILE' },
  },
  input: z.strictObject({
    file: z.string().min(1).optional(),
    after: z.boolean(),
    anchor: z.string().optional(),
  }),
  async run({ file, after, anchor }) {
    const server = loadServerSettings(process.env)
    if ((file === undefined) !== after) throw new UsageError('restore takes a FILE, or --after')
    const options = { server, clock: Date.now, anchor }
    if (file === undefined) {
      describe(await restoreInPlace(options))
      return
    }
    if (server.databaseUrl !== undefined) {
      throw new Error('Load the dump by pg_restore, then run: understudy restore --after')
    }
    if (!existsSync(file)) throw new Error(`There is no ${file}.`)
    const { aside, ...restored } = await restoreFile(file, options)
    describe(restored)
    if (aside !== null) print(`The database it replaces is ${aside}.`)
  },
})

function describe({ ended, seq, anchorSeq, anchorAside }: Restored): void {
  print(`Restored up to seq ${seq}. ${ended} impersonations ended; everybody signs in again.`)
  if (anchorSeq !== null) print(`The audit trail had been signed up to seq ${anchorSeq}.`)
  if (anchorAside !== null) print(`Those checkpoints are ${anchorAside}.`)
}
