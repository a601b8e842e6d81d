import type { CommandDef } from 'citty'
import { z } from 'zod'
import { commandLine } from '../administration/requester.ts'
import { rotateSigningKeys } from '../administration/rotate-signing-keys.ts'
import { command } from './command.ts'
import { print } from './print.ts'
import { withParts } from './with-parts.ts'

export const keysRotate: CommandDef = command({
  name: 'understudy keys rotate',
  description: 'Let announced keys sign, and announce fresh ones',
  input: z.strictObject({}),
  async run() {
    const signing = await withParts((parts) => rotateSigningKeys(parts, commandLine))
    print(`Signing from the next start of the server: ${signing.join(', ')}.`)
    print('Restart every server now: a running one keeps the keys it has started with.')
  },
})
