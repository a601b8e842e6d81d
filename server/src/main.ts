import './node-version.ts'

const { serve } = await import('./standalone/index.ts')

try {
  await serve(process.env)
  process.exit(0)
} catch (error) {
  // The panel, which runs with the demo, has a class of its own for what operators got wrong.
  if (!(error instanceof Error && error.name === 'ConfigurationError')) throw error
  process.stderr.write(`understudy: ${error.message.replaceAll('\n', '\nunderstudy: ')}\n`)
  process.exitCode = 1
}
