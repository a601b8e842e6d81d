import './node-version.ts'

const { announcement, ConfigurationError, startServer } = await import('./standalone/index.ts')

try {
  const server = await startServer(process.env)
  process.stdout.write(announcement(server))
  const stop = (): void => {
    server.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  process.stderr.write(`understudy: ${error.message}\n`)
  process.exitCode = 1
}
