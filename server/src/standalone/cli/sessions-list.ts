import type { CommandDef } from 'citty'
import { z } from 'zod'
import { presentImpersonation } from '../../index.ts'
import { readAll } from '../read-all.ts'
import { command } from './command.ts'
import { jsonList, print, table } from './print.ts'
import { withParts } from './with-parts.ts'

const HEAD = ['ID', 'ACTOR', 'SUBJECT', 'APP', 'MODE', 'STATUS', 'STARTED', 'ENDS', 'ENDED BY']

export const sessionsList: CommandDef = command({
  name: 'understudy sessions list',
  description: 'Show impersonations, newest first',
  args: {
    status: { type: 'enum', options: ['active', 'ended'], description: 'default: both' },
    json: { type: 'boolean', description: 'a JSON array of the API’s Impersonation objects' },
  },
  input: z.strictObject({ status: z.enum(['active', 'ended']).optional(), json: z.boolean() }),
  async run({ status, json }) {
    const found = await withParts(({ impersonation }) =>
      readAll((page) => impersonation.list({ status }, page)),
    )
    const list = found.map(presentImpersonation)
    const rows = list.map((one) => [
      one.id,
      one.actor.email ?? one.actor.sub,
      one.subject.email ?? one.subject.sub,
      one.app.client_id,
      one.mode,
      one.status,
      one.started_at,
      one.ended_at ?? one.expires_at,
      one.ended_by,
    ])
    print(json ? jsonList(list) : table(HEAD, rows))
  },
})
