import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { Answer, Operation, Question, Ready } from './peer.ts'

export interface Offer extends Pick<Ready, 'version' | 'facts'> {
  readonly handler: RequestListener
  /** one entry per start of the coming round, where a start needs something fresh */
  readonly prepare?: (operation: Operation, starts: number) => Promise<readonly string[]>
}

/** The child's half of `peer.ts`: listens on a free loopback port, then answers questions. */
export async function offer(build: (origin: string) => Promise<Offer>): Promise<void> {
  const server = createServer()
  const port = await listen(server)
  const { handler, prepare, version, facts } = await build(`http://127.0.0.1:${String(port)}`)
  server.on('request', handler)
  process.on('message', (question: Question) => {
    void answer(question, prepare).then(tell)
  })
  // a parent that died takes its children along
  process.on('disconnect', () => process.exit(0))
  tell({ type: 'ready', port, version, facts })
}

async function answer(question: Question, prepare: Offer['prepare']): Promise<Answer> {
  if (question.type === 'cpu') {
    const { user, system } = process.cpuUsage()
    return { type: 'cpu', microseconds: user + system }
  }
  try {
    const supply = (await prepare?.(question.operation, question.starts)) ?? []
    return { type: 'prepared', supply }
  } catch (error) {
    return { type: 'failed', message: String(error) }
  }
}

function tell(message: Answer): void {
  process.send?.(message)
}

async function listen(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', () => resolve(undefined))
  await promise
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP port')
  return address.port
}
