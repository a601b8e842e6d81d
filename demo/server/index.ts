import type { RequestListener } from 'node:http'
import { createBilling } from './billing/billing-app.ts'
import type { DemoUrls } from './demo-urls.ts'
import { createPortal } from './portal-app.ts'
import { createResourceServer } from './resource/resource-server.ts'

export type { DemoUrls } from './demo-urls.ts'

interface Running {
  close(): Promise<void>
}

/** Serves at a port of this machine. */
export type Listen = (port: number, handle: RequestListener) => Promise<Running>

/** How the resource server signs in at the issuer. */
const SERVICE = { clientId: 'acme-backend', clientSecret: 'acme-backend-secret' }

/**
 * Starts Acme: the portal, billing and the resource server behind them, each at the port of its URL.
 *
 * @throws when the apps were not built, and what listening throws; then none of them is left running
 */
export async function startDemo(urls: DemoUrls, listen: Listen): Promise<Running> {
  const [portal, billing] = [createPortal(urls), createBilling(urls)]
  const resource = createResourceServer({ urls, ...SERVICE })
  const listening: Running[] = []
  const close = async (): Promise<void> => {
    // What it has to report is sent while the issuer is still there.
    await resource.close()
    await Promise.all(listening.map((server) => server.close()))
  }
  try {
    for (const [url, app] of [
      [urls.portal, portal],
      [urls.billing, billing],
      [urls.resource, resource.app],
    ] as const) {
      const handle = app.callback()
      const port = Number(new URL(url).port)
      listening.push(await listen(port, (request, response) => void handle(request, response)))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}
