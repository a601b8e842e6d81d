import { z } from 'zod'

const WARN = 40

const entry = z.object({
  level: z.number(),
  msg: z.string().default('something failed'),
  err: z.object({ message: z.string() }).optional(),
})

/** Somebody at a terminal reads sentences: what the server would log becomes one. */
export function complain(logLine: string): void {
  const { level, msg, err } = entry.parse(JSON.parse(logLine))
  if (level < WARN) return
  process.stderr.write(`understudy: ${msg}${err === undefined ? '' : `: ${err.message}`}\n`)
}
