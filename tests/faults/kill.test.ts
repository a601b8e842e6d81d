import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { CrashStage } from '../support/crash-stage.ts'
import { crashStage, FOUR } from '../support/crash-stage.ts'
import type { CrashWorker, Promised } from '../support/crash-worker.ts'
import { startWorker } from '../support/crash-worker.ts'

const CUSTOMERS = ['usr_jane', 'usr_omar', 'usr_jane', 'usr_omar']
/** `KILLS=100` for the long lane. */
const KILLS = {
  sqlite: Number(process.env['KILLS'] ?? 15),
  postgres: Number(process.env['KILLS'] ?? 4),
}

const SOON = { timeout: 60_000 }

const promisedTo = (workers: readonly CrashWorker[]): Promised[] =>
  workers.flatMap(({ book }) => book)

/** What was acknowledged is what the database says, and what it says was acknowledged or never answered. */
async function assertPromises(stage: CrashStage, promised: readonly Promised[]): Promise<void> {
  const rows = await stage.beside(({ storage }) =>
    Promise.all(promised.map(({ id }) => storage.impersonations.find(id))),
  )
  for (const [n, { id, token, unsure, end }] of promised.entries()) {
    const row = rows[n]
    expect(row, `the acknowledged start of ${id}`).toBeDefined()
    // What was never answered may have happened or not.
    if (unsure || end === 'asked') continue
    const { body } = await stage.cast.introspect(token)
    const wanted = end === 'confirmed' ? ['revoked_by_admin', false] : [null, true]
    expect([row?.ended?.reason ?? null, body.active], `the last word on ${id}`).toEqual(wanted)
  }
}

describe.each(['sqlite', 'postgres'] as const)('a process that is killed on %s', (database) => {
  const kills = KILLS[database]

  it(
    'N02 keeps every start, refresh and end it has acknowledged, wherever it was killed',
    async () => {
      const stage = await crashStage(database, { actors: FOUR })
      const workers: CrashWorker[] = []
      try {
        await stage.start()
        for (const [n, actor] of [...stage.actors.values()].entries())
          workers.push(startWorker(stage, actor, CUSTOMERS[n] ?? ''))
        for (let n = 0; n < kills; n++) {
          await delay(Math.random() * 300)
          await stage.kill()
          await stage.start()
        }
        // On a slow machine a process may be killed before it has done anything: the last one is not.
        await expect.poll(() => promisedTo(workers).length, SOON).toBeGreaterThan(kills)
      } finally {
        await Promise.all(workers.map((worker) => worker.stop()))
      }
      const promised = promisedTo(workers)
      expect(workers.flatMap(({ wrong }) => wrong)).toEqual([])
      await assertPromises(stage, promised)
      await stage.assertInvariants()
      await stage.close()
    },
    120_000 + kills * 10_000,
  )
})
