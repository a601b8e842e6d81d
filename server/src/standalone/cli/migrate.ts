import type { CommandDef } from 'citty'
import { z } from 'zod'
import { loadKeys } from '../keys/key-ring.ts'
import { openDatabase, readUsable } from '../open-parts.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withParts } from './with-parts.ts'

export const migrate: CommandDef = command({
  name: 'understudy migrate',
  description: 'Bring the database up to date, and make the keys that are missing',
  input: z.strictObject({}),
  async run() {
    const names = await runMigrations()
    await withParts(({ storage, box, clock }) => loadKeys(storage, box, clock))
    print(names.length === 0 ? 'The database is up to date.' : `Ran ${names.join(', ')}.`)
  },
})

async function runMigrations(): Promise<string[]> {
  const storage = openDatabase(readUsable(process.env).server, Date.now)
  try {
    return await storage.migrate()
  } finally {
    await storage.close()
  }
}
