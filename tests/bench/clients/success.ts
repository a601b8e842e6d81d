import type { Reply } from '../peer.ts'

/** A benchmark of refusals is fast and worthless: anything but 200 with an object stops the run. */
export function success(reply: Reply): Record<string, unknown> {
  const body: unknown = reply.status === 200 ? JSON.parse(reply.body) : undefined
  if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  throw new Error(`HTTP ${String(reply.status)}: ${reply.body.slice(0, 300)}`)
}

/** A member that must be a non-empty string, e.g. a token. */
export function text(body: Record<string, unknown>, member: string): string {
  const value = body[member]
  if (typeof value === 'string' && value !== '') return value
  throw new Error(`no "${member}" in ${JSON.stringify(body).slice(0, 300)}`)
}
