import type { CommandDef } from 'citty'
import { z } from 'zod'
import { commandLine } from '../administration/requester.ts'
import { resetFactors } from '../administration/reset-factors.ts'
import { command } from './command.ts'
import { enrolmentFields } from './enrolment-fields.ts'
import { fields, print } from './print.ts'
import { withProvider } from './with-parts.ts'

export const userEnrol: CommandDef = command({
  name: 'understudy user enrol',
  description: 'Replace every second factor by a fresh one-time-password secret; signs out',
  args: { sub: { type: 'positional', description: 'id of the account' } },
  input: z.strictObject({ sub: z.string() }),
  async run({ sub }) {
    const enrolment = await withProvider((parts) => resetFactors(parts, sub, commandLine))
    print(fields(enrolmentFields(enrolment)))
    print(`${sub} has no other second factor and no recovery code left, and is signed out.`)
  },
})
