import type { RunningPeer } from './children.ts'
import { measure } from './load.ts'
import type { Measured } from './load.ts'
import { OPERATIONS } from './peer.ts'
import type { Operation } from './peer.ts'

/** Of one peer and operation: whichever is reached first ends it. */
interface Bounds {
  readonly requests: number
  readonly milliseconds: number
}

export interface Plan {
  readonly rounds: number
  readonly connections: number
  readonly each: Bounds
  /** a cold in-memory mint costs three times a warm one, a cold synced insert hardly more */
  readonly warmUp: Bounds
}

/** All rounds of one peer and operation; round n of every series ran in the same short while. */
export interface Series {
  readonly peer: string
  readonly version: string
  readonly operation: Operation
  readonly rounds: readonly Measured[]
}

/** A B C A B C …: a neighbour's noise falls on all peers alike, so their ratios keep. */
export async function interleave(peers: readonly RunningPeer[], plan: Plan): Promise<Series[]> {
  const cells = OPERATIONS.flatMap((operation) =>
    peers
      .filter(({ peer }) => peer.operations.includes(operation))
      .map((running) => ({ running, operation, rounds: [] as Measured[] })),
  )
  for (const { running, operation } of cells) {
    await round(running, operation, plan.warmUp, plan.connections)
  }
  for (let turn = 0; turn < plan.rounds; turn += 1) {
    for (const { running, operation, rounds } of cells) {
      rounds.push(await round(running, operation, plan.each, plan.connections))
    }
  }
  return cells.map(({ running, operation, rounds }) => ({
    peer: running.peer.name,
    version: running.ready.version,
    operation,
    rounds,
  }))
}

async function round(
  running: RunningPeer,
  operation: Operation,
  bounds: Bounds,
  connections: number,
): Promise<Measured> {
  const { peer, ready } = running
  // a lane's opening starts once, whatever is measured
  const starts = connections + (operation === 'start' ? bounds.requests : 0)
  const supply = await running.prepare(operation, starts)
  const entries = supply.values()
  const next = (): string => {
    const { value } = entries.next()
    if (value === undefined) throw new Error(`${peer.name}: the round's supply is used up`)
    return value
  }
  try {
    return await measure({
      port: ready.port,
      operation,
      lanes: Array.from({ length: connections }, () => peer.lane(ready, next)),
      ...bounds,
      cpu: running.cpu,
    })
  } catch (cause) {
    throw new Error(`${peer.name}, ${operation}`, { cause })
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}
