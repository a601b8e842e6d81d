import { announcement } from './announcement.ts'
import { startServer } from './start-server.ts'

/**
 * Runs the ready-made server until the process is told to stop.
 *
 * @throws ConfigurationError, and what listening throws
 */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  const server = await startServer(env)
  const told = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  process.stdout.write(announcement(server))
  await told
  await server.stop()
}
