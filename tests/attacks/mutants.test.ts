import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import type { Storage } from 'understudy'
import { openStorage } from 'understudy'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Impersonations } from '../../server/src/ports/impersonations.ts'
import type { ModelStore, ModelStores } from '../../server/src/ports/model-store.ts'
import type { Parts } from '../../server/src/standalone/parts.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { withStores } from '../support/rebuild.ts'
import { begin, roomy, started } from '../support/scene.ts'

/** Deliberately broken parts: what the tests beside this file assert must fail for each of them. */
type Alter = (parts: Parts) => Parts

const intact: Alter = (parts) => parts

/** A store of models in which one model behaves differently. */
function change(
  real: ModelStores,
  model: string,
  how: (store: ModelStore) => Partial<ModelStore>,
): ModelStores {
  const changed = { ...real(model), ...how(real(model)) }
  return (name) => (name === model ? changed : real(name))
}

/** As far away as a database on another machine: between reading and writing there is time. */
const distant = (store: ModelStore): Partial<ModelStore> => ({
  async find(id) {
    const payload = await store.find(id)
    await delay(20)
    return payload
  },
})

const carefulConsume: Alter = (parts) =>
  withStores(parts, ({ models }) => ({ models: change(models, 'RefreshToken', distant) }))

/** `update … set consumed_at = ?`, without asking whether somebody was faster. */
const carelessConsume: Alter = (parts) =>
  withStores(parts, ({ models }) => ({
    models: change(models, 'RefreshToken', (store) => ({
      ...distant(store),
      async consume(id) {
        const payload = await store.find(id)
        if (payload === undefined) return
        const consumed = Math.floor(Date.now() / 1000)
        await store.upsert(id, { ...payload, consumed }, 3600)
      },
    })),
  }))

/** A configured number of seconds, which a rotation counts anew. */
const numericLifetime: Alter = (parts) => {
  const { impersonation } = parts
  const configure: typeof impersonation.configure = (host) => {
    const configured = impersonation.configure(host)
    return { ...configured, ttl: { ...configured.ttl, RefreshToken: 1800 } }
  }
  return { ...parts, impersonation: { ...impersonation, configure } }
}

const endlessGrant = ({ models }: Storage): Partial<Storage> => ({
  models: change(models, 'Grant', (store) => ({
    upsert: (id, payload, expiresIn) => store.upsert(id, { ...payload, exp: undefined }, expiresIn),
  })),
})

const lateRecord = ({ impersonations }: Storage): Partial<Storage> => {
  const find: Impersonations['find'] = async (id) => {
    const row = await impersonations.find(id)
    return row && { ...row, expiresAt: row.expiresAt + 3_600_000 }
  }
  return { impersonations: { ...impersonations, find } }
}

describe.each(['sqlite', 'postgres'] as const)('a broken part on %s', (database) => {
  let booted: Booted
  let cast: Cast

  afterEach(async () => {
    vi.useRealTimers()
    await booted.close()
  })

  async function run(alter: Alter): Promise<void> {
    booted = await boot({ database, env: roomy, alter })
    cast = castOf(booted)
  }
  const at = (epochSeconds: number): void => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(epochSeconds * 1000)
  }

  describe('a consume without a condition', () => {
    const successes = async (): Promise<number> => {
      const { body } = await started(cast)
      const refreshes = Array.from({ length: 20 }, () => cast.refresh(body.refresh_token))
      return (await Promise.all(refreshes)).filter(({ status }) => status === 200).length
    }

    it('lets several of 20 parallel refreshes through', async () => {
      await run(carelessConsume)
      expect(await successes()).toBeGreaterThan(1)
    })

    it('is not what we have: one gets through', async () => {
      await run(carefulConsume)
      expect(await successes()).toBe(1)
    })
  })

  describe('a lifetime of refresh tokens given as a number', () => {
    const lifeAfterRotation = async (): Promise<number> => {
      const { refreshToken, expiresOn } = await begin(cast)
      at(expiresOn - 60)
      const { body } = await cast.refresh(refreshToken)
      return (await cast.introspect(body.refresh_token)).body.exp - expiresOn
    }

    it('makes a token with one minute left live for half an hour more', async () => {
      await run(numericLifetime)
      expect(await lifeAfterRotation()).toBe(1740)
    })

    it('is not what we have: a rotation adds nothing', async () => {
      await run(intact)
      expect(await lifeAfterRotation()).toBe(0)
    })
  })

  describe('an end that only one place knows', () => {
    const statusAfterTheEnd = async (): Promise<number> => {
      const { refreshToken, expiresOn } = await begin(cast)
      at(expiresOn + 1)
      return (await cast.refresh(refreshToken)).status
    }
    const broken = (...changes: ((storage: Storage) => Partial<Storage>)[]): Alter => {
      return (parts) =>
        withStores(parts, (storage) =>
          changes.reduce<Storage>((built, alter) => ({ ...built, ...alter(built) }), storage),
        )
    }

    it('lets a token live beyond 1800 s when neither grant nor record has it', async () => {
      await run(broken(endlessGrant, lateRecord))
      expect(await statusAfterTheEnd()).toBe(200)
    })

    it('holds while the record has it, although the grant has lost it', async () => {
      await run(broken(endlessGrant))
      expect(await statusAfterTheEnd()).toBe(400)
    })

    it('holds while the grant has it, although the record has lost it', async () => {
      await run(broken(lateRecord))
      expect(await statusAfterTheEnd()).toBe(400)
    })

    it('is not what we have: both have it', async () => {
      await run(intact)
      expect(await statusAfterTheEnd()).toBe(400)
    })
  })
})

describe('a transaction that takes the write lock only when it writes', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-mutant-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('fails at once when another process has written since it read', async () => {
    const storage = openStorage({ folder })
    await storage.migrate()
    const [one, other] = [1, 2].map(() => new Sqlite(join(folder, 'understudy.sqlite')))
    const insert = `insert into organization (id, name) values (?, 'Acme')`
    const readThenWrite = (how: string): void => {
      one?.exec(how)
      one?.prepare('select count(*) from organization').get()
      other?.prepare(insert).run(how)
      one?.prepare(insert).run('org_1')
    }
    expect(() => {
      readThenWrite('begin deferred')
    }).toThrow(expect.objectContaining({ code: 'SQLITE_BUSY_SNAPSHOT' }) as Error)
    one?.close()
    other?.close()
    await storage.close()
  })

  it('is not what we have: two processes that read and then write wait for each other', async () => {
    const storages = [openStorage({ folder }), openStorage({ folder })]
    await storages[0]?.migrate()
    const units = Array.from({ length: 200 }, async (_, turn) => {
      const { accounts, unitOfWork } = storages[turn % 2] as Storage
      await unitOfWork.run(async () => {
        await accounts.find(`usr_${turn}`)
        await accounts.addOrganization(`org_${turn}`, 'Acme')
      })
    })
    const failed = (await Promise.allSettled(units)).filter(({ status }) => status === 'rejected')
    expect(failed).toEqual([])
    for (const storage of storages) await storage.close()
  })
})
