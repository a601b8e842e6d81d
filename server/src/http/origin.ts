import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Origin } from '../impersonation/audit-event.ts'
import { printable } from '../impersonation/printable.ts'

const requestIds = new WeakMap<IncomingMessage, string>()

/** Always ours: an id that a caller could choose would let it write into other people's traces. */
export function requestIdOf(req: IncomingMessage): string {
  const known = requestIds.get(req)
  if (known !== undefined) return known
  const fresh = `req_${randomUUID()}`
  requestIds.set(req, fresh)
  return fresh
}

/** Where a request came from. The address is the peer's unless the host told Koa to trust its proxy. */
export function originOf(ctx: {
  readonly req: IncomingMessage
  readonly ip: string
  get(header: string): string
}): Origin {
  const userAgent = ctx.get('user-agent')
  return {
    requestId: requestIdOf(ctx.req),
    ip: printable(ctx.ip),
    userAgent: userAgent === '' ? null : printable(userAgent),
  }
}
