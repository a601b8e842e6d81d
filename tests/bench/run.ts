import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { COMPARISONS, SUBJECT } from './budgets.ts'
import { startPeer } from './children.ts'
import type { RunningPeer } from './children.ts'
import { bareKoa } from './clients/bare-koa.ts'
import { betterAuth } from './clients/better-auth.ts'
import { plainProvider } from './clients/plain-provider.ts'
import { understudy } from './clients/understudy.ts'
import { interleave } from './interleave.ts'
import type { Plan } from './interleave.ts'
import type { Peer } from './peer.ts'
import { figures, ratios } from './report.ts'

const PEERS: readonly Peer[] = [understudy, plainProvider, bareKoa, betterAuth]

const FULL: Plan = {
  rounds: 5,
  connections: 16,
  each: { requests: 10_000, milliseconds: 1_500 },
  warmUp: { requests: 20_000, milliseconds: 2_000 },
}
const QUICK: Plan = {
  rounds: 3,
  connections: 16,
  each: { requests: 2_000, milliseconds: 500 },
  warmUp: { requests: 5_000, milliseconds: 750 },
}

const TMPFS = 0x01021994

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
await run(values.quick ? QUICK : FULL)

async function run(plan: Plan): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-bench-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  // lets the exit handler run; the children follow their parent
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  if (statfsSync(directory).type === TMPFS) {
    console.warn(`${directory} is in memory: a synced commit costs nothing there. Set TMPDIR.`)
  }
  const running: RunningPeer[] = []
  try {
    for (const peer of PEERS) running.push(await startPeer(peer, directory))
    const all = await interleave(running, plan)
    console.log(heading(plan))
    console.log(`${figures(all)}\n`)
    console.log('Median (least–greatest) of the rounds’ ratios, above 1 where it is better\n')
    console.log(ratios(all, SUBJECT, COMPARISONS))
  } finally {
    await Promise.all(running.map((peer) => peer.stop()))
  }
}

function heading(plan: Plan): string {
  const busy = loadavg()[0]?.toFixed(1) ?? '?'
  const medians = `Medians of ${String(plan.rounds)} interleaved rounds`
  const note =
    plan === QUICK ? '\n--quick: not fully warmed up, for a look only, not to be quoted' : ''
  return `${medians}, ${process.version}, load average ${busy}${note}\n`
}
