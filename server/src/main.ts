import './node-version.ts'

const { ConfigurationError, serve } = await import('./standalone/index.ts')

try {
  await serve(process.env)
  process.exit(0)
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  process.stderr.write(`understudy: ${error.message.replaceAll('\n', '\nunderstudy: ')}\n`)
  process.exitCode = 1
}
