import { ConfigurationError } from './configuration-error.ts'
import { readEnvironment } from './environment.ts'
import { explainListening } from './explain-listening.ts'
import { createLineLog } from './log.ts'
import { startPanel } from './start-panel.ts'

try {
  const log = createLineLog((line) => process.stdout.write(line), Date.now)
  const panel = await startPanel({ ...readEnvironment(process.env), log })
  log.info({ url: panel.url }, 'the admin panel is ready')
  const told = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  await told
  await panel.close()
} catch (thrown) {
  const error = explainListening(thrown, process.env)
  if (!(error instanceof ConfigurationError)) throw error
  process.stderr.write(`admin-panel: ${error.message}\n`)
  process.exitCode = 1
}
