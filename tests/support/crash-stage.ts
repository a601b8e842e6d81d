import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createProvider } from '../../server/src/standalone/oidc/create-provider.ts'
import { openParts } from '../../server/src/standalone/open-parts.ts'
import type { Parts } from '../../server/src/standalone/parts.ts'
import { listenOnLoopback } from '../../server/src/standalone/web/listen.ts'
import { besides } from './beside.ts'
import type { Booted } from './boot.ts'
import { boot } from './boot.ts'
import type { Cast } from './cast.ts'
import { castOf } from './cast.ts'
import type { CrashChild } from './crash-child.ts'
import { spawnServer, untilUp } from './crash-child.ts'
import { assertInvariants } from './invariants.ts'
import { freshDatabase } from './postgres.ts'
import { roomy } from './scene.ts'

/** The real server as a process on a database with the demo's data, and people who are signed in. */
export interface CrashStage {
  readonly issuer: string
  readonly folder: string
  readonly databaseUrl: string | undefined
  /** Speaks to whatever listens at the issuer. */
  readonly cast: Cast
  readonly service: string
  /** The access token of each administrator, by e-mail. */
  readonly actors: ReadonlyMap<string, string>
  /** The variables of the server. */
  readonly env: Readonly<Record<string, string>>
  readonly child: CrashChild
  start(more?: Readonly<Record<string, string>>, node?: readonly string[]): Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** Opens the database beside the server for as long as `work` runs. */
  beside<T>(work: (parts: Parts) => Promise<T>): Promise<T>
  /** The invariants, asked of the process that runs and of the database beside it. */
  assertInvariants(): Promise<void>
  close(): Promise<void>
}

export interface CrashOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly actors?: readonly string[]
  readonly folder?: string
  /** Where PostgreSQL is reached, given where it is. */
  readonly databaseUrl?: string
}

const ADMINISTRATORS = ['root@acme.test', 'root2@acme.test']

/** Who may impersonate at once, as many as have a second factor. */
export const FOUR: readonly string[] = [...ADMINISTRATORS, 'support@acme.test', 'agent@acme.test']
const ROLES = { IMPERSONATION_ROLES: 'super_admin,support_admin,support_agent' }

export async function crashStage(
  database: 'sqlite' | 'postgres',
  options: CrashOptions = {},
): Promise<CrashStage> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'understudy-crash-')))
  const fresh =
    database === 'postgres' && options.databaseUrl === undefined ? await freshDatabase() : undefined
  const databaseUrl = options.databaseUrl ?? fresh?.url
  const where = {
    DATA_DIR: folder,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
  }
  const env = { ...roomy, ...ROLES, ...where, ...options.env }
  const prepared = await prepare(env, options.actors ?? ADMINISTRATORS)
  const { issuer, service, actors, secrets } = prepared
  const own = { ...env, PORT: new URL(issuer).port, DEMO: 'false' }
  let child: CrashChild | undefined
  let said = ''
  const observe = (parts?: Parts): Booted =>
    ({ issuer, parts, log: () => said + (child?.output() ?? '') }) as unknown as Booted
  const beside: CrashStage['beside'] = async (work) => {
    const parts = await openParts(own, { logTo: { write: () => undefined } })
    try {
      return await work(parts)
    } finally {
      await parts.storage.close()
    }
  }
  const cast = castOf(observe())
  for (const secret of secrets) cast.secrets.add(secret)
  return {
    issuer,
    folder,
    databaseUrl,
    cast,
    service,
    actors,
    env: own,
    beside,
    get child() {
      if (child === undefined) throw new Error('not started')
      return child
    },
    async start(more = {}, node = []) {
      said += child?.output() ?? ''
      child = spawnServer({ env: { ...own, ...more }, node })
      await untilUp(child, issuer)
    },
    async kill() {
      child?.process.kill('SIGKILL')
      await child?.gone()
    },
    async assertInvariants() {
      expect((await fetch(`${issuer}/healthz`)).status).toBe(200)
      child?.process.kill('SIGTERM')
      expect(await child?.gone()).toBe(0)
      await beside((parts) => inspect(observe(parts), cast))
    },
    async close() {
      child?.process.kill('SIGKILL')
      await child?.gone()
      await fresh?.drop()
      if (options.folder === undefined) await rm(folder, { recursive: true })
    },
  }
}

/** By a server of this process: the one that did the work has stopped, and so nobody else seals. */
async function inspect(booted: Booted, cast: Cast): Promise<void> {
  const provider = await createProvider(booted.parts)
  const listening = await listenOnLoopback(booted.parts.server.port, provider.callback())
  const shell = await besides(booted)
  try {
    // Leases of those that were killed.
    await shell.sql('delete from lease')
    await assertInvariants(booted, cast)
  } finally {
    await shell.close()
    await listening.close()
  }
}

interface Prepared {
  readonly issuer: string
  readonly service: string
  readonly actors: ReadonlyMap<string, string>
  readonly secrets: ReadonlySet<string>
}

/** The demo's data, and everybody signed in, by a server that is gone afterwards. */
async function prepare(env: Record<string, string>, emails: readonly string[]): Promise<Prepared> {
  const booted = await boot({ env })
  try {
    const cast = castOf(booted)
    const actors = new Map<string, string>()
    for (const email of emails) actors.set(email, (await cast.signIn(email)).accessToken)
    const service = await cast.serviceToken()
    // The demo has one running, of somebody who is needed here.
    const { items } = await booted.parts.impersonation.list(
      { status: 'active' },
      { cursor: null, limit: 100 },
    )
    const origin = { requestId: null, ip: null, userAgent: null }
    for (const { impersonation } of items)
      await booted.parts.impersonation.revoke(impersonation.id, origin)
    return { issuer: booted.issuer, service, actors, secrets: cast.secrets }
  } finally {
    await booted.close()
  }
}
