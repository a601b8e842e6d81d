import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import type { Booted } from './boot.ts'
import type { JsonAnswer } from './cast.ts'
import { freePort } from './free-port.ts'
import { roomy } from './scene.ts'

/** The real server as a process of its own, on the database of a booted one: another node of it. */
export interface NodeProcess {
  /** A request that names the issuer as its host, as a balancer in front of the nodes passes it on. */
  post(path: string, body: string, headers?: Record<string, string>): Promise<JsonAnswer>
  /** Sends SIGTERM; resolves to the exit code and everything that was said. */
  stop(): Promise<{ readonly code: number | null; readonly output: string }>
}

const MAIN = join(import.meta.dirname, '../../server/src/main.ts')

export async function startNode({ issuer, parts }: Booted): Promise<NodeProcess> {
  const { dataDir, databaseUrl } = parts.server
  const port = await freePort()
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...roomy,
      PATH: process.env['PATH'],
      ISSUER: issuer,
      PORT: String(port),
      DATA_DIR: dataDir,
      DEMO: 'false',
      ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const up = new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString()
      if (output.includes('is running at')) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', () => reject(new Error(`the node did not start: ${output}`)))
  })
  await up
  // Given up before the node gives it up: no request is sent into a connection that is being closed.
  const agent = new Agent({ keepAlive: true, timeout: 3000 })
  return {
    post: (path, body, headers = {}) => post({ issuer, port, agent, path, body, headers }),
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      const [code] = (await exited) as [number | null]
      agent.destroy()
      return { code, output }
    },
  }
}

interface Posted {
  readonly issuer: string
  readonly port: number
  readonly agent: Agent
  readonly path: string
  readonly body: string
  readonly headers: Record<string, string>
}

async function post({ issuer, port, agent, path, body, headers }: Posted): Promise<JsonAnswer> {
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    agent,
    method: 'POST',
    headers: {
      host: new URL(issuer).host,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      ...headers,
    },
  })
  asked.end(body)
  const [answer] = await once(asked, 'response')
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  const parsed: unknown = text === '' ? '' : JSON.parse(text)
  return { status: answer.statusCode, headers: new Headers(answer.headers), body: parsed }
}
