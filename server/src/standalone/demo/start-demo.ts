import type { Logger } from 'pino'
import { ConfigurationError } from '../configuration/policy-settings.ts'
import { listenOnLoopback } from '../web/listen.ts'
import { demoSecret } from './apps.ts'
import type { DemoUrls } from '@understudy/demo'

interface Running {
  close(): Promise<void>
}

/**
 * Starts what stands around the issuer in the demo, each at the port of its URL.
 *
 * @throws ConfigurationError when it was not built, and what listening throws; then nothing is left running
 */
export async function startDemo(urls: DemoUrls, log: Logger): Promise<Running> {
  const running: Running[] = []
  const close = async (): Promise<void> => {
    await Promise.all(running.map((part) => part.close()))
  }
  try {
    running.push(await startAcme(urls))
    running.push(await startAdminPanel(urls, log))
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}

/** Loaded only here: outside the demo the panel is a process of its own. */
async function startAdminPanel({ issuer, panel }: DemoUrls, log: Logger): Promise<Running> {
  const { startPanel } = await import('@understudy/admin-panel')
  const clientId = 'admin-panel'
  const clientSecret = demoSecret(clientId)
  return startPanel({ issuer, url: panel, clientId, clientSecret, log })
}

/** Loaded only here: nobody but the demo needs it, and it needs what `npm run build` makes. */
async function startAcme(urls: DemoUrls): Promise<Running> {
  try {
    const acme = await import('@understudy/demo')
    return await acme.startDemo(urls, listenOnLoopback)
  } catch (error) {
    const { code } = error as { code?: unknown }
    // The SDK that the demo imports is built as well.
    if (code !== 'DEMO_NOT_BUILT' && code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new ConfigurationError('The demo is not built yet: run `npm run build`.', {
      cause: error,
    })
  }
}
