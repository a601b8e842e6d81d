import type Provider from 'oidc-provider'
import type { Configuration } from 'oidc-provider'
import type { Middleware } from 'koa'
import type { Endpoint } from './http/endpoint.ts'
import { createFloodGuard } from './http/flood-guard.ts'
import { apiRoutes } from './http/routes.ts'
import { originOf } from './http/origin.ts'
import type { Happening, Origin } from './impersonation/audit-event.ts'
import type { Actor } from './impersonation/policy.ts'
import type { Settings } from './impersonation/settings.ts'
import { countRefusals } from './operations/count-refusals.ts'
import { endAffectedImpersonations } from './operations/end-affected-impersonations.ts'
import { flushAudit } from './operations/flush-audit.ts'
import type { ImpersonationRequest } from './operations/impersonation-request.ts'
import { listImpersonations } from './operations/list-impersonations.ts'
import { revokeImpersonation } from './operations/revoke-impersonation.ts'
import type { Started } from './operations/start-impersonation.ts'
import { startImpersonation } from './operations/start-impersonation.ts'
import { createStopwatch } from './operations/stopwatch.ts'
import { sweepOverdue } from './operations/sweep-overdue.ts'
import { record, recordAside, recordCounted } from './operations/write-audit.ts'
import type { Alarm, Clock } from './ports/clock.ts'
import type { Directory } from './ports/directory.ts'
import type { Ports, Stores } from './ports/ports.ts'
import { configure } from './provider/configure.ts'
import { asUnitOfWork, noteFailure, noteSignOut } from './provider/middleware.ts'
import { createTokens } from './provider/tokens.ts'
import { newId } from './storage/ids.ts'

export interface ImpersonationOptions {
  /** Where impersonations, their tokens and the audit trail are kept: `openStorage(…)`. */
  readonly stores: Stores
  /** The host's accounts, apps and consents. */
  readonly directory: Directory
  readonly settings: Settings
  /** Endpoints of the host, served below `/api/v1` with everything that holds for ours. */
  readonly endpoints?: readonly Endpoint[]
  /** Every role an account can hold; default: those that may impersonate. */
  readonly roles?: readonly string[]
  /** The audience that services' tokens must have, if the host gives this API one (RFC 8707). */
  readonly resource?: string
  /** Epoch milliseconds; default `Date.now`. */
  readonly clock?: Clock
  /** Told when something that must be written could not be; default: standard error. */
  readonly alarm?: Alarm
}

/** What a host mounts, and what it may call itself. */
export interface ImpersonationExtension {
  /** The host's configuration with impersonation added; the host's own hooks are kept. */
  configure(configuration: Configuration): Configuration
  /**
   * The API (contract §1 and §4) as Koa middleware. Call it once, before the host adds middleware of
   * its own to the provider that writes: it also makes each request of the provider one unit of work.
   */
  routes(provider: Provider): Middleware
  /** Starts one for an administrator who was recognised elsewhere, say on the command line. */
  start(request: ImpersonationRequest, actor: Actor): Promise<Started>
  revoke(id: string, origin: Origin): Promise<void>
  list: (
    ...page: Parameters<typeof listImpersonations> extends [Ports, ...infer Rest] ? Rest : never
  ) => ReturnType<typeof listImpersonations>
  /** Call it when an account, a role, a consent or an app has changed: ends what may not go on. */
  changed(
    concern: { readonly account: string } | { readonly app: string },
    origin?: Origin | null,
  ): Promise<number>
  /** Call it every few seconds: ends what time has ended and empties the audit outbox. */
  sweep(): Promise<number>
  /** Ends what would keep the server from stopping. Call it before the last connections are awaited. */
  close(): void
  /** Writes to the same audit trail: in the unit around it, or, `aside`, in one that never fails. */
  record(happening: Happening, origin: Origin | null): Promise<void>
  recordAside(happening: Happening, origin: Origin | null): Promise<void>
  /**
   * Writes how many refusals were counted instead of written in the minute that is over. `sweep` does
   * so, too; call it on a node that does not sweep, and, with `true`, when the last request is done.
   */
  recordCounted(soFar?: boolean): Promise<void>
}

/** The impersonation part of an authorization server, to be mounted on a provider and a Koa app. */
export function createImpersonation(options: ImpersonationOptions): ImpersonationExtension {
  const { stores, directory, settings, clock = Date.now, alarm = shout, resource } = options
  let mounted: Provider | undefined
  const provider = (): Provider => {
    if (mounted === undefined) throw new Error('routes(provider) has not been called')
    return mounted
  }
  const tokens = createTokens(provider, settings, resource)
  const closing = new AbortController()
  const floodGuard = createFloodGuard(clock)
  const ports: Ports = {
    ...stores,
    directory,
    tokens,
    floodGuard,
    refusals: countRefusals(clock),
    exports: new Set(),
    closing: closing.signal,
    settings,
    roles: options.roles ?? rolesIn(settings),
    clock,
    stopwatch: createStopwatch(clock, () => performance.now()),
    newId,
    alarm,
  }

  return {
    configure: (configuration) => configure(ports, stores.models, configuration),
    routes(host) {
      mounted = host
      host.use(asUnitOfWork(ports, provider, originOf))
      host.on('server_error', noteFailure)
      host.on('session.destroyed', noteSignOut)
      return apiRoutes(ports, () => host.issuer, options.endpoints)
    },
    close: () => {
      closing.abort()
    },
    ...operationsOn(ports),
  }
}

/** What a host may do without a request of its own. */
const operationsOn = (
  ports: Ports,
): Omit<ImpersonationExtension, 'configure' | 'routes' | 'close'> => ({
  start: (request, actor) => startImpersonation(ports, request, actor),
  async revoke(id, origin) {
    await revokeImpersonation(ports, null, id, null, origin)
    await flushAudit(ports)
  },
  list: (filter, page) => listImpersonations(ports, filter, page),
  changed: (concern, origin = null) => endAffectedImpersonations(ports, concern, origin),
  sweep: () => sweepOverdue(ports),
  record: (happening, origin) => record(ports, happening, origin),
  recordAside: (happening, origin) => recordAside(ports, happening, origin),
  recordCounted: (soFar) => recordCounted(ports, soFar),
})

const rolesIn = ({ impersonationRoles }: Settings): string[] =>
  impersonationRoles.map((entry) => (typeof entry === 'string' ? entry : entry.role))

const shout: Alarm = (what, error) => {
  process.stderr.write(`understudy: ${what}: ${String(error)}\n`)
}
