import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:http'
import type { Booted } from './boot.ts'

export interface Asked {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly ms: number
}

/** Asks `times` times over at most `parallel` connections; each asks again as soon as it was answered. */
export async function flood(
  { issuer }: Pick<Booted, 'issuer'>,
  times: number,
  parallel: number,
  ask: (n: number) => Asked,
): Promise<readonly Answered[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel })
  const answers: Answered[] = []
  let begun = 0
  const lane = async (): Promise<void> => {
    while (begun < times) {
      const n = begun
      begun += 1
      answers[n] = await exchange(issuer, agent, ask(n))
    }
  }
  try {
    await Promise.all(Array.from({ length: parallel }, lane))
  } finally {
    agent.destroy()
  }
  return answers
}

async function exchange(issuer: string, agent: Agent, asked: Asked): Promise<Answered> {
  const began = performance.now()
  const { host, port } = new URL(issuer)
  const { method = 'POST', path, body = '' } = asked
  const length = method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const headers = { host, ...length, ...asked.headers }
  const sent = request({ host: '127.0.0.1', port, agent, method, path, headers })
  sent.end(body)
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  const ms = performance.now() - began
  return { status: answer.statusCode, headers: answer.headers, body: text, ms }
}

/** How many answers there were of each status. */
export function tally(answers: readonly Answered[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
