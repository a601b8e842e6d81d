import type Provider from 'oidc-provider'
import { refuseUnrestored } from './administration/restore-refusal.ts'
import { startBackground } from './background.ts'
import { createProvider } from './oidc/create-provider.ts'
import type { DemoUrls } from '@understudy/demo'
import type { DenialCode } from '../index.ts'
import { seedApps, seedDemo } from './demo/seed.ts'
import { startDemo } from './demo/start-demo.ts'
import { explainListening } from './explain-listening.ts'
import { logEvents } from './log-events.ts'
import { serveMetrics } from './metrics/serve-metrics.ts'
import type { Surroundings } from './open-parts.ts'
import { openParts } from './open-parts.ts'
import type { Parts } from './parts.ts'
import { hashPassword } from './credentials/passwords.ts'
import { listenOn } from './web/listen.ts'

export interface RunningServer {
  readonly parts: Parts
  /** Where the demo is, when it runs. */
  readonly demo: DemoUrls | null
  /** Why nobody impersonates there yet, when the policy refuses that. */
  readonly leftOut: DenialCode | null
  /** Lets running requests end, then closes everything. */
  stop(): Promise<void>
}

/**
 * Starts the ready-made server, with the demo around it where that is on.
 *
 * @throws ConfigurationError, also for a port or an address that cannot be listened at
 */
export async function startServer(
  env: NodeJS.ProcessEnv,
  surroundings: Surroundings = {},
): Promise<RunningServer> {
  const parts = await openParts(env, surroundings)
  const { server, storage } = parts
  const demo = server.demo ? demoUrlsOf(server.issuer) : null
  const closing: (() => Promise<unknown>)[] = [() => storage.close()]
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close()
  }
  try {
    await refuseUnrestored(parts)
    const { provider, leftOut } = await openProvider(parts, demo)
    logEvents(parts)
    const background = startBackground(parts)
    closing.push(() => background.stop())
    const listening = await listenOn(server.host, server.port, provider.callback())
    closing.push(() => {
      parts.impersonation.close()
      return listening.close()
    })
    const metrics = await serveMetrics(parts)
    if (metrics !== null) closing.push(() => metrics.close())
    if (demo !== null) {
      const apps = await startDemo(demo, parts.log)
      closing.push(() => apps.close())
    }
    return { parts, demo, leftOut, stop }
  } catch (error) {
    await stop()
    throw explainListening(error, server)
  }
}

interface Opened {
  readonly provider: Provider
  readonly leftOut: DenialCode | null
}

async function openProvider(parts: Parts, urls: DemoUrls | null): Promise<Opened> {
  const { storage, impersonation, settings, box, clock } = parts
  // A provider knows only the scopes of the apps that are there when it is made.
  if (urls !== null) await seedApps({ storage, clock }, urls)
  const provider = await createProvider(parts)
  if (urls === null) return { provider, leftOut: null }
  const { leftOut } = await seedDemo({
    storage,
    impersonation,
    settings,
    urls,
    hashPassword,
    sealTotpSecret: (secret) => box.seal(secret),
    clock,
  })
  return { provider, leftOut }
}

/** The demo's parts on the ports after the issuer's. */
function demoUrlsOf(issuer: string): DemoUrls {
  const { protocol, hostname, port } = new URL(issuer)
  const after = (offset: number): string => `${protocol}//${hostname}:${Number(port) + offset}`
  return { issuer, panel: after(1), portal: after(2), billing: after(3), resource: after(4) }
}
