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
  /** Without a byte either way, say of an export that nobody reads. */
  idleTimeout: 30_000,
  /** More than the administrators of a large company open, and less than there are descriptors. */
  maxConnections: 10_000,
}
type Limits = Readonly<typeof LIMITS>
const DRAIN_MS = 10_000
const IDLE_MS = 50
const LOOPBACK = ['127.0.0.1', '::1']

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown

export interface Listening {
  /** Takes no new connections, lets running requests end, then closes what is left. */
  close(): Promise<void>
}

/** Serves at one address or, without one, at the loopback's two, where the machine has both. */
export async function listenOn(
  host: string | undefined,
  port: number,
  handler: Handler,
  limits: Limits = LIMITS,
): Promise<Listening> {
  const [first = '', ...others] = host === undefined ? LOOPBACK : [host]
  const servers = [await listen(first, port, handler, limits)]
  for (const other of others) {
    const server = await listen(other, port, handler, limits).catch((error: unknown) => {
      if ((error as { code?: string }).code !== 'EADDRINUSE') return undefined
      for (const each of servers) each.close()
      throw error
    })
    if (server !== undefined) servers.push(server)
  }
  return {
    async close() {
      await Promise.all(servers.map(drain))
    },
  }
}

function listen(host: string, port: number, handler: Handler, limits: Limits): Promise<Server> {
  const server = createServer(limits, (req, res) => void handler(req, res))
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
