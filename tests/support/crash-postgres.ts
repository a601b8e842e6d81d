import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

/** A PostgreSQL of its own, which can be stopped as if its machine had lost power. */
export interface CrashPostgres {
  readonly url: string
  /** `pg_ctl stop -m immediate`: no word to anybody, no checkpoint. */
  stopHard(): Promise<void>
  startAgain(): Promise<void>
  close(): Promise<void>
}

const SCRIPT = join(import.meta.dirname, 'postgres-process.ts')

interface Facts {
  readonly folder: string
  readonly pid: number
  /** What it was started with, program first. */
  readonly command: readonly string[]
}

export async function crashPostgres(): Promise<CrashPostgres> {
  const script = spawn(process.execPath, [SCRIPT], {
    cwd: tmpdir(),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const url = await firstLine(script)
  const { folder, pid, command } = await factsOf(url)
  const [program = '', ...flags] = command
  const { uid, gid } = await stat(folder)
  let again: ChildProcess | undefined
  const stop = async (signal: 'SIGQUIT' | 'SIGINT'): Promise<void> => {
    const current = again
    process.kill(current?.pid ?? pid, signal)
    // One that says no for it is stopping holds the lock on its folder until it is gone.
    for (let n = 0; n < 3000 && runs(current?.pid ?? pid); n++) await delay(10)
    if (current?.exitCode === null && current.signalCode === null) await once(current, 'exit')
  }
  return {
    url,
    stopHard: () => stop('SIGQUIT'),
    async startAgain() {
      const asRoot = process.getuid?.() === 0
      again = spawn(program, flags, { stdio: 'ignore', ...(asRoot && { uid, gid }) })
      for (let n = 0; n < 1500 && !(await answers(url)); n++) await delay(20)
    },
    async close() {
      await stop('SIGINT')
      // It waits for a server that is gone already, and so for ever.
      script.kill('SIGKILL')
      for (const path of [folder, program]) await rm(ours(path), { recursive: true, force: true })
    },
  }
}

/** The folder that was made for it, which some path lies in; for others, nothing that exists. */
function ours(path: string): string {
  for (let at = path; dirname(at) !== at; at = dirname(at))
    if (/understudy-postgres-\w+$/.test(at)) return at
  return join(tmpdir(), 'understudy-postgres-none')
}

async function firstLine(script: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of script.stdout ?? []) {
    text += String(chunk)
    if (text.endsWith('\n')) return text.trim()
  }
  throw new Error('PostgreSQL did not start')
}

async function factsOf(url: string): Promise<Facts> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const ask = async (sql: string): Promise<string> => {
    const { rows } = await client.query<{ value: string }>(`select ${sql} as value`)
    return rows[0]?.value ?? ''
  }
  const folder = await ask("current_setting('data_directory')")
  const pid = Number((await ask("pg_read_file('postmaster.pid')")).split('\n')[0])
  // The first word as it is, the others in quotes.
  const command = await ask("pg_read_file('postmaster.opts')")
  await client.end()
  return {
    folder,
    pid,
    command: [...command.matchAll(/"([^"]*)"|(\S+)/g)].map((one) => one[1] ?? one[2] ?? ''),
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}
