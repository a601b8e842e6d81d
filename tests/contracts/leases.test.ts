import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStorage } from 'understudy'
import type { Stores } from '../support/stores.ts'
import { databases, openStores } from '../support/stores.ts'

describe.each(databases)('leases on %s', (database) => {
  let stores: Stores

  beforeEach(async () => {
    stores = await openStores(database)
  })
  afterEach(() => stores.close())

  const take = (holder: string, name = 'sweep'): Promise<boolean> =>
    stores.storage.leases.take(name, holder, 1000)

  it('are had by one, who keeps them by taking them again', async () => {
    expect(await take('a')).toBe(true)
    expect(await take('b')).toBe(false)
    stores.clock.now += 999
    expect(await take('a')).toBe(true)
    stores.clock.now += 999
    expect(await take('b')).toBe(false)
  })

  it('go to somebody else when they are over, and not back', async () => {
    await take('a')
    stores.clock.now += 1000
    expect(await take('b')).toBe(true)
    expect(await take('a')).toBe(false)
  })

  it('of different names have nothing to do with each other', async () => {
    expect([await take('a'), await take('b', 'audit-seal')]).toEqual([true, true])
  })

  it('can be given up, by their holder only', async () => {
    await take('a')
    await stores.storage.leases.release('sweep', 'b')
    expect(await take('b')).toBe(false)
    await stores.storage.leases.release('sweep', 'a')
    expect(await take('b')).toBe(true)
  })

  it('are not lost for an hour when the clock is turned back by one', async () => {
    await take('a')
    stores.clock.now -= 3_600_000
    expect(await take('b')).toBe(true)
  })

  it('go to exactly one of many who ask at the same time', async () => {
    const others = Array.from({ length: 3 }, () =>
      openStorage(stores.where, () => stores.clock.now),
    )
    for (let round = 0; round < 20; round++) {
      stores.clock.now += 1000
      const taken = await Promise.all(
        others.map(({ leases }, n) => leases.take('sweep', `node ${n}`, 1000)),
      )
      expect(taken.filter(Boolean)).toEqual([true])
    }
    for (const other of others) await other.close()
  })
})
