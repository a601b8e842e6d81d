import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const ids = new WeakMap<IncomingMessage, string>()

/** Always ours: an id that a caller could choose would let it write into other people's traces. */
export function requestIdOf(req: IncomingMessage): string {
  const known = ids.get(req)
  if (known !== undefined) return known
  const fresh = `req_${randomUUID()}`
  ids.set(req, fresh)
  return fresh
}
