import type { CommandDef } from 'citty'
import { z } from 'zod'
import { commandLine } from '../administration/requester.ts'
import { resealSecrets } from '../administration/reseal-secrets.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withParts } from './with-parts.ts'

export const keysReseal: CommandDef = command({
  name: 'understudy keys reseal',
  description: 'Encrypt with SECRET_KEY what OTHER_SECRET_KEY has encrypted',
  input: z.strictObject({}),
  async run() {
    const resealed = await withParts((parts) => resealSecrets(parts, commandLine))
    const what = resealed === 1 ? '1 text is' : `${resealed} texts are`
    print(
      resealed > 0
        ? `${what} encrypted with SECRET_KEY now.`
        : 'Everything is encrypted with SECRET_KEY already.',
    )
  },
})
