import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Booted } from './boot.ts'
import type { Dump } from './dump-of.ts'
import { dumpOf } from './dump-of.ts'

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Standard input. */
  readonly input?: string
  /** Options of Node itself. */
  readonly node?: readonly string[]
}

/** `npx understudy …` as a process of its own, with a data folder and an environment of its own. */
export interface CommandLine {
  readonly folder: string
  /** Runs a command line; words are separated by single spaces, unless they are given one by one. */
  run(words: string | readonly string[], options?: RunOptions): Promise<Ran>
  /** Starts one that goes on until it is told to stop. */
  start(words: string, options?: RunOptions): ChildProcess
  /** All that lies in the SQLite database of the folder. */
  dump(): Promise<Dump>
  close(): Promise<void>
}

const BINARY = join(import.meta.dirname, '../../server/bin/understudy.js')

/** @param shared variables of a server that is there already; else a fresh folder without the demo. */
export async function commandLine(shared?: Readonly<Record<string, string>>): Promise<CommandLine> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-cli-'))
  const own = { DATA_DIR: join(folder, 'data'), DEMO: 'false' }
  const start = (words: readonly string[], options: RunOptions = {}): ChildProcess =>
    spawn(process.execPath, [...(options.node ?? []), BINARY, ...words], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...(shared ?? own), ...options.env },
    })
  return {
    folder: join(folder, 'data'),
    async run(words, options = {}) {
      const child = start(typeof words === 'string' ? words.split(' ') : words, options)
      child.stdin?.end(options.input ?? '')
      const said = [child.stdout, child.stderr].map((stream) =>
        text(stream as NodeJS.ReadableStream),
      )
      const [code] = (await once(child, 'exit')) as [number | null]
      const [out = '', err = ''] = await Promise.all(said)
      return { code, out, err }
    },
    start: (words, options) => start(words.split(' '), options),
    dump: () =>
      dumpOf({ parts: { server: { dataDir: own.DATA_DIR, databaseUrl: undefined } } } as Booted),
    close: () => rm(folder, { recursive: true }),
  }
}

/** The value that a line of the output gives to a name. */
export function valueOf(out: string, name: string): string {
  const line = out.split('\n').find((one) => one.startsWith(`${name} `))
  if (line === undefined) throw new Error(`no ${name} in: ${out}`)
  return line.slice(name.length).trim()
}
