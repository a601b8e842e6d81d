import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Answer, Operation, Peer, Question, Ready } from './peer.ts'

const ANSWER_MS = 30_000

export interface RunningPeer {
  readonly peer: Peer
  readonly ready: Ready
  readonly cpu: () => Promise<number>
  readonly prepare: (operation: Operation, starts: number) => Promise<readonly string[]>
  readonly stop: () => Promise<void>
}

/** `directory`: where this child may keep its database; the caller removes it afterwards. */
export async function startPeer(peer: Peer, directory: string): Promise<RunningPeer> {
  const child = fork(peer.entry, [directory], {
    // stdout is the table's; libraries print notices there
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // the parent's own flags (--eval, --inspect) are not meant for them
    execArgv: [],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  try {
    const ready = await hear(child, peer, 'ready')
    return {
      peer,
      ready,
      cpu: async () => (await ask(child, peer, { type: 'cpu' }, 'cpu')).microseconds,
      prepare: async (operation, starts) =>
        (await ask(child, peer, { type: 'prepare', operation, starts }, 'prepared')).supply,
      stop: () => stop(child),
    }
  } catch (error) {
    await stop(child)
    throw error
  }
}

async function ask<T extends Answer['type']>(
  child: ChildProcess,
  peer: Peer,
  question: Question,
  type: T,
): Promise<Extract<Answer, { type: T }>> {
  const heard = hear(child, peer, type)
  child.send(question)
  return heard
}

async function hear<T extends Answer['type']>(
  child: ChildProcess,
  peer: Peer,
  type: T,
): Promise<Extract<Answer, { type: T }>> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(ANSWER_MS)])
  try {
    const message = once(child, 'message', { signal }) as Promise<[Answer]>
    const exit = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`${peer.name} ended with exit code ${String(code)} before "${type}"`)
    })
    const [answer] = await Promise.race([message, exit])
    if (answer.type === type) return answer as Extract<Answer, { type: T }>
    throw new Error(`${peer.name}: ${JSON.stringify(answer)} instead of "${type}"`)
  } finally {
    over.abort()
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  if (child.connected) child.disconnect()
  const insist = setTimeout(() => child.kill('SIGKILL'), 2_000)
  await exited
  clearTimeout(insist)
}
