import { createPanel } from './create-panel.ts'
import { listenOn } from './listen.ts'
import type { PanelSettings } from './settings.ts'

export interface PanelPlace {
  /** By default that of the panel's URL. */
  readonly port?: number
  /** The address to listen on; without it the loopback's two. */
  readonly host?: string
}

export interface RunningPanel {
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves the panel. The issuer need not be there yet.
 *
 * @throws ConfigurationError naming what is wrong with the access rules; what listening throws
 */
export async function startPanel(settings: PanelSettings & PanelPlace): Promise<RunningPanel> {
  const { origin, port, protocol } = new URL(settings.url)
  const own = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
  const handler = createPanel(settings).callback()
  const listening = await listenOn(settings.host, settings.port ?? own, handler)
  return { url: origin, close: () => listening.close() }
}
