import { Agent, request } from 'node:http'
import type { Lane, Operation, PreparedRequest, Reply } from './peer.ts'

const REQUEST_MS = 10_000

/** A refresh needs a started impersonation, an introspection an access token. */
const NEEDS: Readonly<Record<Operation, readonly Operation[]>> = {
  start: [],
  refresh: ['start'],
  introspect: ['start', 'refresh'],
  clientCredentials: [],
}

export interface Load {
  readonly port: number
  readonly operation: Operation
  readonly lanes: readonly Lane[]
  readonly requests: number
  /** no request is begun after this; those under way are still awaited */
  readonly milliseconds: number
  /** read at the first and after the last timed request, µs */
  readonly cpu: () => Promise<number>
}

export interface Measured {
  readonly requests: number
  readonly perSecond: number
  readonly cpuMicroseconds: number
  readonly p50: number
  readonly p99: number
}

/** Closed loop: each lane sends its next request when its last one was answered. */
export async function measure(load: Load): Promise<Measured> {
  const agents = load.lanes.map(() => new Agent({ keepAlive: true, maxSockets: 1 }))
  try {
    // opens every connection and fills every lane's state outside the measured time
    await Promise.all(load.lanes.map((lane, at) => open(lane, agents[at], load)))
    return await timed(load, agents)
  } finally {
    for (const agent of agents) agent.destroy()
  }
}

async function timed(load: Load, agents: readonly Agent[]): Promise<Measured> {
  const latencies: number[] = []
  let begun = 0
  const cpuBefore = await load.cpu()
  const start = performance.now()
  const drive = async (lane: Lane, agent: Agent | undefined): Promise<void> => {
    const build = builder(lane, load.operation)
    while (begun < load.requests && performance.now() - start < load.milliseconds) {
      begun += 1
      const at = performance.now()
      await exchange(build(), agent, load.port)
      latencies.push(performance.now() - at)
    }
  }
  await Promise.all(load.lanes.map((lane, at) => drive(lane, agents[at])))
  const seconds = (performance.now() - start) / 1_000
  const cpu = (await load.cpu()) - cpuBefore
  return summary(latencies, seconds, cpu)
}

function summary(latencies: number[], seconds: number, cpu: number): Measured {
  latencies.sort((a, b) => a - b)
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? NaN
  return {
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    cpuMicroseconds: cpu / latencies.length,
    p50: at(0.5),
    p99: at(0.99),
  }
}

async function open(lane: Lane, agent: Agent | undefined, load: Load): Promise<void> {
  for (const operation of [...NEEDS[load.operation], load.operation]) {
    await exchange(builder(lane, operation)(), agent, load.port)
  }
}

function builder(lane: Lane, operation: Operation): () => PreparedRequest {
  const build = lane[operation]
  if (build === undefined) throw new Error(`this peer has no ${operation}`)
  return build
}

async function exchange(
  prepared: PreparedRequest,
  agent: Agent | undefined,
  port: number,
): Promise<void> {
  const { method, path, body } = prepared
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const headers =
    method === 'POST'
      ? { ...prepared.headers, 'content-length': String(Buffer.byteLength(body)) }
      : prepared.headers
  const sent = request(
    { host: '127.0.0.1', port, agent, method, path, headers, timeout: REQUEST_MS },
    (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      )
    },
  )
  sent.on('timeout', () => sent.destroy(new Error(`no answer in ${String(REQUEST_MS)} ms`)))
  sent.on('error', reject)
  sent.end(method === 'POST' ? body : undefined)
  prepared.consume(await promise)
}
