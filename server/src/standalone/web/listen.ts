import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'

/**
 * Slow peers are let go; Node's own limits are a minute for headers and five for a request, and it
 * looks for them twice a minute only.
 */
export const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  /** Without a byte either way, say of answers that nobody reads; streams have a faster heartbeat. */
  idleTimeout: 30_000,
  maxConnections: 10_000,
}
type Limits = Readonly<typeof LIMITS>
const DRAIN_MS = 10_000
const IDLE_MS = 50

/** Koa's callback answers with a promise, which never rejects. */
type Handler = (req: IncomingMessage, res: ServerResponse) => unknown

export interface Listening {
  /** Takes no new connections, lets running requests end, then closes what is left. */
  close(): Promise<void>
}

/**
 * Serves on one address, or on the loopback: IPv4 and, where the machine has it, IPv6, since
 * `localhost` may mean either.
 */
export async function listenOn(
  host: string | undefined,
  port: number,
  handler: Handler,
): Promise<Listening> {
  if (host === undefined) return listenOnLoopback(port, handler)
  const server = await listen(host, port, handler, LIMITS)
  return { close: () => drain(server) }
}

export async function listenOnLoopback(
  port: number,
  handler: Handler,
  limits: Limits = LIMITS,
): Promise<Listening> {
  const four = await listen('127.0.0.1', port, handler, limits)
  const six = await listen('::1', port, handler, limits).catch((error: unknown) => {
    if ((error as { code?: string }).code !== 'EADDRINUSE') return undefined
    four.close()
    throw error
  })
  const servers = six === undefined ? [four] : [four, six]
  return {
    async close() {
      await Promise.all(servers.map(drain))
    },
  }
}

function listen(host: string, port: number, handler: Handler, limits: Limits): Promise<Server> {
  const server = createServer(limits, (req, res) => void handler(req, res))
  // More than a process can serve would only take its memory and descriptors.
  server.maxConnections = limits.maxConnections
  server.timeout = limits.idleTimeout
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise((resolve) => {
    server.close(resolve)
  })
  // Also those that are idle only once their answer has ended: Node would keep them for a next one.
  const idle = setInterval(() => {
    server.closeIdleConnections()
  }, IDLE_MS)
  const timer = setTimeout(() => {
    server.closeAllConnections()
  }, DRAIN_MS)
  await closed
  clearInterval(idle)
  clearTimeout(timer)
}
