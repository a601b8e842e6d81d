import type { Context } from 'koa'
import type { Origin } from './s2s.ts'

const LONGEST = 512

/** What the audit trail is told of the browser behind a request. */
export function originOf(ctx: Context): Origin {
  const gone = new AbortController()
  ctx.res.once('close', () => {
    gone.abort()
  })
  const ascii = ctx.get('user-agent').replaceAll(/[^\x20-\x7e]/g, '?')
  return { ip: ctx.ip, userAgent: ascii.slice(0, LONGEST) || 'unknown', gone: gone.signal }
}
