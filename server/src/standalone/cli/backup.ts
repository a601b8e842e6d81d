import { existsSync } from 'node:fs'
import type { CommandDef } from 'citty'
import { z } from 'zod'
import { copySqlite, sqliteFileIn } from '../../index.ts'
import { loadServerSettings } from '../configuration/server-settings.ts'
import { command } from './command.ts'
import { print } from './print.ts'

export const backup: CommandDef = command({
  name: 'understudy backup',
  description: 'Copy the SQLite database into one new file, also while the server runs',
  args: { file: { type: 'positional', description: 'must not be there yet' } },
  input: z.strictObject({ file: z.string().min(1) }),
  async run({ file }) {
    const { databaseUrl, dataDir } = loadServerSettings(process.env)
    if (databaseUrl !== undefined) {
      throw new Error(
        'PostgreSQL is backed up by: pg_dump --format=custom --file=FILE DATABASE_URL',
      )
    }
    if (!existsSync(sqliteFileIn(dataDir))) throw new Error(`There is no database in ${dataDir}.`)
    if (existsSync(file)) throw new Error(`${file} is there already.`)
    await copySqlite(sqliteFileIn(dataDir), file)
    print(`${file} holds the database. The secret key is not in it: keep both, apart.`)
  },
})
