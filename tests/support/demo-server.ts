import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './free-port.ts'

/** The server as `npm start` runs it, with the demo around it, as a process of its own. */
export interface DemoServer {
  readonly issuer: string
  readonly portal: string
  readonly billing: string
  /** Where the admin panel's sign-in leads back to. */
  readonly callback: string
  readonly resource: string
  /** Everything the process has said so far. */
  output(): string
  close(): Promise<void>
}

const MAIN = join(import.meta.dirname, '../../server/src/main.ts')

export async function startDemoServer(): Promise<DemoServer> {
  const port = await freePorts(5)
  const folder = await mkdtemp(join(tmpdir(), 'understudy-demo-'))
  const at = (offset: number): string => `http://localhost:${port + offset}`
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATA_DIR: folder,
      // One agent signs in for all tests of a file, however long they take.
      MFA_MAX_AGE_SECONDS: '86400',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
        if (output.includes('Stop with Ctrl+C')) resolve()
      })
    }
    child.once('exit', () => {
      reject(new Error(`the server did not start: ${output}`))
    })
  })
  return {
    issuer: at(0),
    portal: at(2),
    billing: at(3),
    callback: `${at(1)}/auth/callback`,
    resource: at(4),
    output: () => output,
    async close() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true })
    },
  }
}
