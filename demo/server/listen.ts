import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'

export interface Listening {
  /** Takes no new connections, and ends those that nobody uses. */
  close(): Promise<void>
}

/** Serves at the port of a URL: on IPv4 and, where the machine has it, IPv6, since `localhost` may mean either. */
export async function listenAt(url: string, handle: RequestListener): Promise<Listening> {
  const port = Number(new URL(url).port)
  const servers = [await listen('127.0.0.1', port, handle)]
  const six = await listen('::1', port, handle).catch((error: unknown) => {
    if ((error as { code?: string }).code === 'EADDRINUSE') throw error
    return null
  })
  if (six !== null) servers.push(six)
  return {
    async close() {
      await Promise.all(servers.map(stop))
    },
  }
}

function listen(host: string, port: number, handle: RequestListener): Promise<Server> {
  const server = createServer(handle)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

const DRAIN_MS = 5000

async function stop(server: Server): Promise<void> {
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
