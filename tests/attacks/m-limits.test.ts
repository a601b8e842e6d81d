import { openStorage } from 'understudy'
import { afterEach, describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import { flood, tally } from '../support/load-flood.ts'
import type { Stores } from '../support/stores.ts'
import { databases, openStores } from '../support/stores.ts'
import { stopClock } from '../support/turned-clock.ts'

const LIMIT = { name: 'attempts', points: 20, window: 300 }

describe.each(databases)('limits of several nodes on %s', (database) => {
  let stores: Stores
  afterEach(() => stores.close())

  const allowed = (waits: readonly (number | null)[]): number =>
    waits.filter((wait) => wait === null).length

  it('M17 are one limit, also for a node that was started anew, and end with their window', async () => {
    stores = await openStores(database)
    const { storage: one, clock, where } = stores
    const open = (): typeof one => openStorage(where, () => clock.now)
    let other = open()
    const ask = async (times: number): Promise<number> => {
      const asked = Array.from({ length: times }, (_, n) =>
        (n % 2 === 0 ? one : other).limits.take(LIMIT, 'somebody'),
      )
      return allowed(await Promise.all(asked))
    }
    expect(await ask(10)).toBe(10)
    await other.close()
    other = open()
    expect(await ask(40)).toBe(10)
    await other.close()
    other = open()
    expect(await ask(10)).toBe(0)
    expect(await other.limits.take(LIMIT, 'somebody else')).toBe(null)

    clock.now += LIMIT.window * 1000 + 1
    expect(await ask(60)).toBe(20)
    await other.close()
  })
})

describe('a limit that is kept in memory', { timeout: 120_000 }, () => {
  const env = { STARTS_PER_SERVICE: '40', STARTS_PER_ACTOR: '1000000' }
  const stage = onStage('sqlite', env)

  const served = async (): Promise<number> => {
    const answers = await flood(stage.booted, 100, 8, () => ({
      path: '/api/v1/users/usr_jane/impersonation/acme-portal',
      headers: {
        authorization: `Bearer ${stage.service}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ impersonatorToken: 'nobody' }),
    }))
    const { 403: refused = 0, 429: limited = 0 } = tally(answers)
    expect(refused + limited).toBe(100)
    return refused
  }

  it('is granted once more by a restart, and not twice', async () => {
    stopClock()
    expect(await served()).toBe(40)
    expect(await served()).toBe(0)
    await stage.restart(env)
    expect(await served()).toBe(40)
    expect(await served()).toBe(0)
  })
})
