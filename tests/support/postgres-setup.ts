import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

let server: ChildProcess | undefined

async function start(): Promise<string> {
  const script = join(import.meta.dirname, 'postgres-process.ts')
  server = spawn(process.execPath, [script], {
    // The user that PostgreSQL runs as may not be allowed to look into the checkout.
    cwd: tmpdir(),
    // Ctrl-C must reach the test runner only, or the server is gone before its tests are.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let url = ''
  for await (const chunk of server.stdout ?? []) {
    url += String(chunk)
    if (url.endsWith('\n')) return url.trim()
  }
  throw new Error(
    'PostgreSQL did not start; its own words are above. TEST_DATABASE_URL can name a server instead.',
  )
}

/** Called by vitest once per run, before the first worker. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('postgresUrl', process.env['TEST_DATABASE_URL'] ?? (await start()))
}

/** Called by vitest after the last worker. */
export async function teardown(): Promise<void> {
  if (server === undefined || server.exitCode !== null) return
  const stopped = once(server, 'exit')
  server.stdin?.end()
  await stopped
}
