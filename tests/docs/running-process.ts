import { spawn } from 'node:child_process'
import { once } from 'node:events'

const STARTS_WITHIN_MS = 50_000

export interface RunningProcess {
  stop(): Promise<void>
}

/**
 * Runs a script with the Node that runs the tests, until it has said that it is ready.
 *
 * @throws with its last words when it ends before that.
 */
export async function runScript(
  script: string,
  ready: string,
  surroundings: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<RunningProcess> {
  const child = spawn(process.execPath, [script], { ...surroundings, stdio: 'pipe' })
  let said = ''
  const isReady = new Promise<void>((resolve, reject) => {
    // Read to the end: a process whose pipe is closed dies of its next word.
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += String(chunk)
        if (said.includes(ready)) resolve()
      })
    }
    child.once('exit', () => {
      reject(new Error(`${script} ended: ${said}`))
    })
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  // Nobody could stop it later whom it never told that it runs.
  const late = setTimeout(() => void stop(), STARTS_WITHIN_MS)
  await isReady.finally(() => {
    clearTimeout(late)
  })
  return { stop }
}
