import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import mount from 'koa-mount'
import type { AdapterPayload } from 'oidc-provider'
import Provider from 'oidc-provider'
import type { ImpersonationExtension, Settings, Storage } from 'understudy'
import { createImpersonation } from 'understudy'
import { S2sConfig } from '../../server/src/configs/variable.ts'
import { foreignConfiguration, foreignDirectory, RESOURCE } from './foreign-configuration.ts'
import { mapAdapter } from './map-adapter.ts'
import type { PlainDirectory } from './plain-directory.ts'
import type { Stores } from './stores.ts'
import { openStores } from './stores.ts'

/** Somebody else's authorization server with our extension mounted, listening on a port of its own. */
export interface ForeignHost {
  readonly issuer: string
  readonly origin: string
  readonly provider: Provider
  readonly stores: Stores
  readonly storage: Storage
  readonly directory: PlainDirectory
  readonly impersonation: ImpersonationExtension
  /** What lies in the host's own adapter, by `<model>:<id>`. */
  readonly hostRows: Map<string, AdapterPayload>
  /** What an operator was told; a test takes away what it has expected. */
  readonly alarms: string[]
  /** Does something while a table cannot be used, as with a full disk. */
  without(table: string, work: () => Promise<void>): Promise<void>
  /** @throws when an operator was told something the test did not expect. */
  close(): Promise<void>
}

export interface ForeignHostOptions {
  /** Where the provider and the API are mounted; `''` is the root. */
  readonly path?: '' | `/${string}`
  readonly settings?: Partial<Settings>
  readonly database?: 'sqlite' | 'postgres'
  /** Whether the host has an adapter of its own; without one, our store takes everything. */
  readonly ownAdapter?: boolean
}

export async function openForeignHost({
  path = '',
  settings = {},
  database = 'sqlite',
  ownAdapter = true,
}: ForeignHostOptions = {}): Promise<ForeignHost> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stores = await openStores(database, {
    get now() {
      return Date.now()
    },
  })
  const { storage } = stores

  const directory = foreignDirectory()
  const alarms: string[] = []
  const impersonation = createImpersonation({
    stores: storage,
    directory,
    settings: { ...S2sConfig, impersonationRoles: ['boss'], ...settings },
    resource: RESOURCE.api,
    clock: () => Date.now(),
    alarm: (what, error) => alarms.push(`${what}: ${String(error)}`),
  })
  const { Adapter, rows } = mapAdapter()
  const configuration = foreignConfiguration(directory, ownAdapter ? Adapter : undefined)
  const provider = new Provider(origin + path, impersonation.configure(configuration))
  const app = new Koa()
  app.keys = ['of the host']
  app.use(signInAsHinted(provider))
  app.use(mount(path === '' ? '/' : path, impersonation.routes(provider)))
  app.use(mount(path === '' ? '/' : path, provider))
  server.on('request', (req, res) => void app.callback()(req, res))

  return {
    issuer: origin + path,
    origin,
    provider,
    stores,
    storage,
    directory,
    impersonation,
    hostRows: rows,
    alarms,
    async without(table, work) {
      await stores.sql(`alter table ${table} rename to away`)
      await work()
      await stores.sql(`alter table away rename to ${table}`)
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await stores.close()
      if (alarms.length > 0) throw new Error(alarms.join('\n'))
    },
  }
}

/** The host's login "page": whoever `login_hint` names is in, with the second factor `acr_values` asks for. */
const signInAsHinted =
  (provider: Provider): Koa.Middleware =>
  async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) {
      await next()
      return
    }
    const { params, prompt } = await provider.interactionDetails(ctx.req, ctx.res)
    const acr = params['acr_values'] as string | undefined
    const login = {
      accountId: params['login_hint'] as string,
      ...(acr !== undefined && { acr, amr: ['pwd', 'otp', 'mfa'] }),
    }
    ctx.respond = false
    const result = prompt.name === 'login' ? { login } : { consent: {} }
    await provider.interactionFinished(ctx.req, ctx.res, result)
  }
