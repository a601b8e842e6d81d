import { listenOnLoopback } from '../web/listen.ts'
import { demoSecret } from './apps.ts'
import type { DemoUrls } from './demo-urls.ts'
import { createResourceServer } from './resource-server.ts'
import { createSinglePageApp } from './single-page-app.ts'

/** The resource server calls the issuer as this service. */
const BACKEND = 'acme-backend'

/**
 * Starts what stands around the issuer in the demo: two single-page apps and a resource server, each
 * at the port of its URL.
 *
 * @throws what listening throws; then none of them is left running.
 */
export async function startDemo(urls: DemoUrls): Promise<{ close(): Promise<void> }> {
  const servers = [
    [urls.portal, createSinglePageApp({ folder: 'portal', clientId: 'acme-portal' }, urls)],
    [urls.billing, createSinglePageApp({ folder: 'billing', clientId: 'acme-billing' }, urls)],
    [
      urls.resource,
      createResourceServer({ urls, clientId: BACKEND, clientSecret: demoSecret(BACKEND) }),
    ],
  ] as const
  const listening: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    await Promise.all(listening.map((server) => server.close()))
  }
  try {
    for (const [url, app] of servers) {
      const handle = app.callback()
      const { port } = new URL(url)
      const server = await listenOnLoopback(Number(port), (request, response) => {
        void handle(request, response)
      })
      listening.push(server)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}
