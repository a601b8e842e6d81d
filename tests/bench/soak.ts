// A server under load for as long as one wants: `node tests/bench/soak.ts --seconds 86400`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createProvider } from '../../server/src/standalone/oidc/create-provider.ts'
import { startServer } from '../../server/src/standalone/start-server.ts'
import { seedApps, seedDemo } from '../../server/src/standalone/demo/seed.ts'
import { openParts } from '../../server/src/standalone/open-parts.ts'
import { hashPassword } from '../../server/src/standalone/credentials/passwords.ts'
import type { Loaded } from '../support/load-soak.ts'
import { openSessions, percentile, soak } from '../support/load-soak.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    sessions: { type: 'string', default: '2000' },
    lanes: { type: 'string', default: '8' },
  },
})
const seconds = Number(values.seconds)
const PORT = '14321'
const issuer = `http://localhost:${PORT}`
const folder = mkdtempSync(join(tmpdir(), 'understudy-soak-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const env = {
  PORT,
  DATA_DIR: folder,
  DEMO: 'false',
  LOG_LEVEL: 'error',
  STARTS_PER_ACTOR: '1000000',
  STARTS_PER_SERVICE: '1000000',
  MFA_MAX_AGE_SECONDS: '86400',
}

await seed()
const server = await startServer(env)
const loaded: Loaded = { issuer, parts: server.parts }
const sessions = await openSessions(loaded, await serviceToken(), Number(values.sessions))
const samples = Math.max(6, Math.floor(seconds / 30))
const plan = { seconds, lanes: Number(values.lanes), samples, service: serviceToken }
const load = await soak(loaded, sessions, plan)
for (const { heap, handles, wal } of load.samples)
  console.log(`heap ${megabytes(heap)} · handles ${String(handles)} · wal ${megabytes(wal)}`)
for (const [kind, took] of Object.entries(load.took)) {
  const at = (share: number): string => percentile(took, share).toFixed(1)
  const rate = (took.length / seconds).toFixed(0)
  console.log(`${kind}: ${rate}/s, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`)
}
console.log('unwanted:', Object.fromEntries(load.unwanted))
await server.stop()
process.exit(0)

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}

async function seed(): Promise<void> {
  const parts = await openParts(env)
  const { storage, impersonation, box, clock } = parts
  const at = (offset: number): string => `http://localhost:${Number(PORT) + offset}`
  const urls = { issuer, panel: at(1), portal: at(2), billing: at(3), resource: at(4) }
  await seedApps({ storage, clock }, urls)
  await createProvider(parts)
  const sealTotpSecret = (secret: string): string => box.seal(secret)
  await seedDemo({ storage, impersonation, urls, hashPassword, sealTotpSecret, clock })
  await storage.close()
}

async function serviceToken(): Promise<string> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'root' }),
    headers: {
      authorization: `Basic ${Buffer.from('acme-backend:acme-backend-secret').toString('base64')}`,
    },
  })
  return ((await answer.json()) as { access_token: string }).access_token
}
