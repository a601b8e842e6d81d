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
    const { signing, turned } = await withParts((parts) => rotateSigningKeys(parts, commandLine))
    const ids = signing.join(', ')
    if (turned) print(`Signing from the next start of the server: ${ids}.`)
    else print(`None had been announced, so these go on signing: ${ids}.`)
    print('Fresh ones are announced, and sign after the next turn.')
    print('Restart every server now: a running one keeps the keys it has started with.')
  },
})
