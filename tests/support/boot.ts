import { mkdtemp, rm } from 'node:fs/promises'
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Provider from 'oidc-provider'
import { createProvider } from '../../server/src/standalone/oidc/create-provider.ts'
import { seedApps, seedDemo } from '../../server/src/standalone/demo/seed.ts'
import { openParts } from '../../server/src/standalone/open-parts.ts'
import type { Parts } from '../../server/src/standalone/parts.ts'
import { hashPassword } from '../../server/src/standalone/credentials/passwords.ts'
import { listenOnLoopback } from '../../server/src/standalone/web/listen.ts'
import { freePort } from './free-port.ts'
import { freshDatabase } from './postgres.ts'

// A machine that stalls must not make a request come from the loopback's other address.
setDefaultAutoSelectFamilyAttemptTimeout(10_000)

export interface BootOptions {
  readonly database?: 'sqlite' | 'postgres'
  /** Environment variables of the server, say `{ REQUIRE_REASON: 'true' }`. */
  readonly env?: Readonly<Record<string, string>>
  /** Replaces parts before they are put together: how mutants get in. */
  readonly alter?: (parts: Parts) => Parts
}

/** The ready-made server with the demo's data, in this process, on a port and a database of its own. */
export interface Booted {
  readonly issuer: string
  readonly parts: Parts
  readonly provider: Provider
  /** Everything the server has logged so far. */
  log(): string
  /** Stops the server and starts it again on the same database, also with other variables. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>
  close(): Promise<void>
}

export async function boot(options: BootOptions = {}): Promise<Booted> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-test-'))
  const postgres = options.database === 'postgres' ? await freshDatabase() : undefined
  const port = await freePort()
  const issuer = `http://localhost:${port}`
  const lines: string[] = []
  const fixed = {
    PORT: String(port),
    DATA_DIR: folder,
    ...(postgres && { DATABASE_URL: postgres.url }),
  }
  const { alter = (parts) => parts } = options
  let running = await run({ ...fixed, ...options.env }, lines, alter)
  return {
    issuer,
    get parts() {
      return running.parts
    },
    get provider() {
      return running.provider
    },
    log: () => lines.join(''),
    async restart(env = options.env ?? {}) {
      await running.stop()
      running = await run({ ...fixed, ...env }, lines, alter)
    },
    async close() {
      await running.stop()
      await postgres?.drop()
      await rm(folder, { recursive: true })
    },
  }
}

async function run(
  env: Record<string, string>,
  lines: string[],
  alter: (parts: Parts) => Parts,
): Promise<{ parts: Parts; provider: Provider; stop: () => Promise<void> }> {
  const logTo = { write: (line: string) => void lines.push(line) }
  const parts = alter(await openParts(env, { logTo, clock: () => Date.now() }))
  const { storage, box, impersonation, clock, server } = parts
  const urls = demoUrls(server.issuer)
  await seedApps({ storage, clock }, urls)
  const provider = await createProvider(parts)
  await seedDemo({
    storage,
    impersonation,
    urls,
    hashPassword,
    sealTotpSecret: (secret) => box.seal(secret),
    clock,
  })
  const listening = await listenOnLoopback(server.port, provider.callback())
  const stop = async (): Promise<void> => {
    impersonation.close()
    await listening.close()
    await storage.close()
  }
  return { parts, provider, stop }
}

/** The apps' own origins, as registered in the demo; nothing listens there. */
export const demoUrls = (
  issuer: string,
): { issuer: string; panel: string; portal: string; billing: string; resource: string } => ({
  issuer,
  panel: 'http://localhost:4001',
  portal: 'http://localhost:4002',
  billing: 'http://localhost:4003',
  resource: 'http://localhost:4004',
})
