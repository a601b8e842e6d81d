import { ConfigurationError } from './configuration/policy-settings.ts'
import type { ServerSettings } from './configuration/server-settings.ts'

interface ListenError extends NodeJS.ErrnoException {
  readonly port?: number
  readonly address?: string
  readonly hostname?: string
}

/** Why something cannot listen, in one line that names the variable; any other error as it is. */
export function explainListening(error: unknown, server: ServerSettings): unknown {
  const { code, syscall, port, address, hostname } = error as ListenError
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return error
  if (code === 'EADDRINUSE') {
    const whose = isDemo(port, server) ? ', which the demo needs,' : ''
    return new ConfigurationError(
      `${variableOf(port, server)}: port ${port}${whose} is in use; an Understudy may be running already`,
    )
  }
  if (code === 'EACCES') {
    return new ConfigurationError(
      `${variableOf(port, server)}: port ${port} may not be opened by this user`,
    )
  }
  const host = address ?? hostname
  const variable = host === server.metricsHost ? 'METRICS_HOST' : 'HOST'
  return new ConfigurationError(`${variable}: ${host} cannot be listened at (${code})`)
}

function variableOf(port: number | undefined, server: ServerSettings): string {
  if (port === server.metricsPort) return 'METRICS_PORT'
  // The demo's parts are where the issuer's name says, which may be another port than the server's.
  return isDemo(port, server) && portOf(server.issuer) !== server.port ? 'ISSUER' : 'PORT'
}

const isDemo = (port: number | undefined, { metricsPort, port: own }: ServerSettings): boolean =>
  port !== own && port !== metricsPort

const portOf = (issuer: string): number => Number(new URL(issuer).port)
