import type { ChildProcess, StdioOptions } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A process of the real server that a test may kill. */
export interface CrashChild {
  readonly process: ChildProcess
  /** Everything it has said so far. */
  output(): string
  /** Resolves when it is gone, to its exit code; `null` when a signal ended it. */
  gone(): Promise<number | null>
}

const MAIN = join(import.meta.dirname, '../../server/src/main.ts')

export interface ChildOptions {
  readonly env: Readonly<Record<string, string>>
  /** Options of Node itself. */
  readonly node?: readonly string[]
  /** Where its standard output goes, when not to the test. */
  readonly stdout?: number | 'pipe'
}

export function spawnServer({ env, node = [], stdout = 'pipe' }: ChildOptions): CrashChild {
  const stdio: StdioOptions = ['ignore', stdout, 'pipe']
  const child = spawn(process.execPath, [...node, MAIN], {
    env: { PATH: process.env['PATH'], ...env },
    stdio,
  })
  let output = ''
  const hear = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  return {
    process: child,
    output: () => output,
    async gone() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
      return child.exitCode
    },
  }
}

/** Resolves when the health route says so. @throws with the child's words when it dies before */
export async function untilUp(child: CrashChild, issuer: string): Promise<void> {
  for (let attempt = 0; attempt < 1500; attempt++) {
    const { exitCode, signalCode } = child.process
    if (exitCode !== null || signalCode !== null)
      throw new Error(`the server died: ${child.output()}`)
    const up = await fetch(`${issuer}/healthz`).then(
      async (answer) => {
        await answer.text()
        return answer.ok
      },
      () => false,
    )
    if (up) return
    await delay(20)
  }
  throw new Error(`the server did not come up: ${child.output()}`)
}
