import type { CommandDef } from 'citty'
import { z } from 'zod'
import { printable } from '../../index.ts'
import { diagnose } from '../administration/diagnose.ts'
import type { Finding } from '../administration/finding.ts'
import { command } from './command.ts'
import { print } from './print.ts'

export const doctor: CommandDef = command({
  name: 'understudy doctor',
  description: 'Check what a server needs, and change nothing',
  input: z.strictObject({}),
  async run() {
    const findings = await diagnose(process.env)
    for (const finding of findings) print(describe(finding))
    if (findings.some((finding) => finding.level === 'fail')) process.exitCode = 1
  },
})

const MARKS = { ok: '✓', warn: '!', fail: '✗' } as const

const describe = ({ check, level, detail, hint }: Finding): string =>
  printable(`${MARKS[level]} ${check.padEnd(23)} ${detail}${hint === null ? '' : ` → ${hint}`}`)
