import type { Settings } from '../../index.ts'
import { ConfigurationError, loadSettings } from './policy-settings.ts'
import type { ServerSettings } from './server-settings.ts'
import { loadServerSettings } from './server-settings.ts'

export interface Configuration {
  readonly settings: Settings
  readonly server: ServerSettings
}

/**
 * Policy and server, or everything that is wrong with either.
 *
 * @throws ConfigurationError with a line for each reason
 */
export function readConfiguration(env: NodeJS.ProcessEnv): Configuration {
  const reasons: string[] = []
  const attempt = <Read>(read: () => Read): Read | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      reasons.push(error.message)
      return undefined
    }
  }
  const settings = attempt(() => loadSettings(env))
  const server = attempt(() => loadServerSettings(env))
  if (settings === undefined || server === undefined) {
    throw new ConfigurationError(reasons.join('\n'))
  }
  return { settings, server }
}
