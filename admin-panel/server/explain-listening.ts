import { ConfigurationError } from './configuration-error.ts'

/** Why the panel cannot listen, in one line that names the variable; any other error as it is. */
export function explainListening(error: unknown, env: Readonly<Record<string, unknown>>): unknown {
  const { code, syscall, port, address } = error as NodeJS.ErrnoException & {
    readonly port?: number
    readonly address?: string
  }
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return error
  const variable = env['PORT'] === undefined ? 'PANEL_URL' : 'PORT'
  if (code === 'EADDRINUSE') {
    return new ConfigurationError(
      `${variable}: port ${port} is in use; the panel may be running already`,
    )
  }
  if (code === 'EACCES') {
    return new ConfigurationError(`${variable}: port ${port} may not be opened by this user`)
  }
  return new ConfigurationError(
    `HOST: ${address ?? String(env['HOST'])} cannot be listened at (${code})`,
  )
}
