import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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
  const port = await freePorts()
  const folder = await mkdtemp(join(tmpdir(), 'understudy-demo-'))
  const at = (offset: number): string => `http://localhost:${port + offset}`
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], PORT: String(port), DATA_DIR: folder },
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

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, 'localhost')
  await once(server, 'listening')
}

const PORTS = 5

/** The first of five free ports in a row, below those that the system gives out by itself. */
async function freePorts(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = 12_000 + Math.floor(Math.random() * 18_000)
    const ports = Array.from({ length: PORTS }, (_, offset) => first + offset)
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first
  }
  throw new Error('no five free ports in a row')
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  try {
    await listen(probe, port)
    return true
  } catch {
    return false
  } finally {
    probe.close()
  }
}
