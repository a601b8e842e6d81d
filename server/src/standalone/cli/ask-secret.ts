import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Interrupted, UsageError } from './usage-error.ts'

/**
 * A secret from an environment variable, or typed without echo. Never an option: those can be read
 * by everybody on the machine who lists its processes, and stay in the shell's history.
 *
 * @throws UsageError where there is neither, Interrupted
 */
export function askSecret(question: string, variable: string): Promise<string> {
  const given = process.env[variable]
  if (given !== undefined) return Promise.resolve(given)
  if (!process.stdin.isTTY) {
    throw new UsageError(`${variable}: is needed where there is no terminal to ask at`)
  }
  return typeSecret(question)
}

function typeSecret(question: string): Promise<string> {
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done()
    },
  })
  const line = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  process.stderr.write(`${question}: `)
  return new Promise<string>((resolve, reject) => {
    line.once('SIGINT', () => {
      reject(new Interrupted())
    })
    line.once('close', () => {
      reject(new UsageError(`${question}: nothing was typed`))
    })
    line.question('', resolve)
  }).finally(() => {
    line.close()
    process.stderr.write('\n')
  })
}
