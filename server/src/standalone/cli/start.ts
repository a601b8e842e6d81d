import type { CommandDef } from 'citty'
import { z } from 'zod'
import { serve } from '../serve.ts'
import { command } from './command.ts'

export const start: CommandDef = command({
  name: 'understudy start',
  description: 'Start the server, as npm start does',
  input: z.strictObject({}),
  run: () => serve(process.env),
})
