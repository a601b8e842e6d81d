import type { CommandDef } from 'citty'
import { z } from 'zod'
import { presentUser } from '../../index.ts'
import { readAll } from '../read-all.ts'
import { command } from './command.ts'
import { jsonList, print, table } from './print.ts'
import { withParts } from './with-parts.ts'

const HEAD = ['ID', 'E-MAIL', 'NAME', 'ORGANISATION', 'ROLES', 'STATUS', 'LAST LOGIN']

export const userList: CommandDef = command({
  name: 'understudy user list',
  description: 'Show who can sign in',
  args: {
    q: { type: 'string', description: 'part of an e-mail, a name, an organisation or an id' },
    json: { type: 'boolean', description: 'a JSON array of the API’s User objects' },
  },
  input: z.strictObject({ q: z.string().min(1).max(200).optional(), json: z.boolean() }),
  async run({ q, json }) {
    const found = await withParts(({ storage }) =>
      readAll((page) => storage.accounts.search({ q }, page)),
    )
    const users = found.map(presentUser)
    const rows = users.map((user) => [
      user.sub,
      user.email,
      user.name,
      user.organization?.name ?? null,
      user.roles.join(' '),
      user.status,
      user.last_login_at,
    ])
    print(json ? jsonList(users) : table(HEAD, rows))
  },
})
