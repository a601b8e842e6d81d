import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'

/** Slow peers are let go; Node's own limits are a minute for headers and five for a request. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 5000 }
const DRAIN_MS = 10_000
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
): Promise<Listening> {
  const [first = '', ...others] = host === undefined ? LOOPBACK : [host]
  const servers = [await listen(first, port, handler)]
  for (const other of others) {
    const server = await listen(other, port, handler).catch((error: unknown) => {
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

function listen(host: string, port: number, handler: Handler): Promise<Server> {
  const server = createServer(TIMEOUTS, (req, res) => void handler(req, res))
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
  server.closeIdleConnections()
  const timer = setTimeout(() => {
    server.closeAllConnections()
  }, DRAIN_MS)
  await closed
  clearTimeout(timer)
}
