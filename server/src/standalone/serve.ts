import { announcement } from './announcement.ts'
import { startServer } from './start-server.ts'

/**
 * Runs the ready-made server until the process is told to stop.
 *
 * @throws ConfigurationError, also for a port or an address that cannot be listened at
 */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  const server = await startServer(env)
  const told = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  // Whoever listened may be gone, or the disk be full: the service goes on without being heard.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  process.stdout.write(announcement(server))
  await told
  await server.stop()
}
