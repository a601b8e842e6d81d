import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createResourceServer } from '../../demo/server/resource/resource-server.ts'
import type { Booted } from './boot.ts'
import { demoUrls } from './boot.ts'

/** The demo's own API in front of a booted server: how resource servers see tokens. */
export interface ResourceServer {
  call(path: string, token: string, method?: string): Promise<{ status: number; body: unknown }>
  close(): void
}

export async function startResourceServer({ issuer }: Booted): Promise<ResourceServer> {
  const made = createResourceServer({
    urls: demoUrls(issuer),
    clientId: 'acme-backend',
    clientSecret: 'acme-backend-secret',
    clock: () => Date.now(),
  })
  const server = createServer(made.app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    async call(path, token, method = 'GET') {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers })
      return { status: answer.status, body: await answer.json() }
    },
    close() {
      void made.close()
      server.close()
    },
  }
}
