import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBackground } from '../../server/src/standalone/background.ts'
import type { Repeated } from '../../server/src/standalone/repeat.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { assertInvariants } from '../support/invariants.ts'
import type { Load, LoadSession } from '../support/load-soak.ts'
import { openSessions, percentile, soak } from '../support/load-soak.ts'
import { ownTime } from '../support/own-time.ts'
import { roomy } from '../support/scene.ts'

const MEGABYTE = 1024 * 1024

/** The short form of `tests/bench/soak.ts`, which runs for as long as one wants. */
describe('a server under load for a while', { timeout: 120_000 }, () => {
  let booted: Booted
  let cast: Cast
  let background: Repeated
  let sessions: LoadSession[]
  const clock = ownTime()

  beforeAll(async () => {
    booted = await boot({ env: { ...roomy, LOG_LEVEL: 'error' } })
    cast = castOf(booted)
    background = startBackground(booted.parts)
    sessions = await openSessions(booted, await cast.serviceToken(), 300)
  })
  afterAll(async () => {
    clock.stop()
    await background.stop()
    await assertInvariants(booted, cast)
    await booted.close()
  })

  const run = (seconds: number, lanes: number, samples: number): Promise<Load> =>
    soak(booted, sessions, {
      seconds,
      lanes,
      samples,
      service: () => cast.serviceToken(),
      now: clock.ms,
    })

  /** Milliseconds that an answer takes for which nothing is done, beside three others: 2 on a machine of today. */
  async function emptyAnswer(): Promise<number> {
    const waits: number[] = []
    const lane = async (): Promise<void> => {
      for (let n = 0; n < 50; n++) {
        const asked = clock.ms()
        await (await fetch(`${booted.issuer}/nowhere`)).text()
        waits.push(clock.ms() - asked)
      }
    }
    await Promise.all([lane(), lane(), lane(), lane()])
    return percentile(waits, 0.5)
  }

  it('M11 refreshes and lists in time beside hundreds of running sessions', async () => {
    const { took, unwanted } = await run(3, 4, 1)
    expect([...unwanted]).toEqual([])
    expect(took.refresh.length).toBeGreaterThan(100)
    // Half of them, on a machine that does other work as well: the figures of a quiet one are the bench's.
    const slower = Math.max(1, (await emptyAnswer()) / 5)
    expect(percentile(took.refresh, 0.5)).toBeLessThan(50 * slower)
    expect(percentile(took.list, 0.5)).toBeLessThan(200 * slower)
  })

  it('M12 answers refreshes beyond its capacity later, or with 503, and none with 500', async () => {
    const { took, unwanted } = await run(3, 128, 1)
    expect([...unwanted.keys()].filter((what) => !what.endsWith('503'))).toEqual([])
    expect(took.refresh.length).toBeGreaterThan(100)
  })

  it('M18 keeps heap, handles and the log of its database flat', async () => {
    const { samples, unwanted } = await run(9, 8, 6)
    expect([...unwanted]).toEqual([])
    const [, early, ...later] = samples
    const last = later.at(-1)
    if (early === undefined || last === undefined) throw new Error('too few samples')
    expect(last.heap).toBeLessThan(early.heap * 1.1 + 8 * MEGABYTE)
    expect(last.handles).toBeLessThanOrEqual(early.handles + 20)
    for (const { wal } of samples) expect(wal).toBeLessThan(32 * MEGABYTE)
  })
})
