import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eraseUser } from '../../server/src/standalone/administration/erase-user.ts'
import { commandLine } from '../../server/src/standalone/administration/requester.ts'
import { boot } from '../support/boot.ts'
import { dumpOf } from '../support/dump-of.ts'
import { auditEvent, databases } from '../support/stores.ts'
import type { SealedStores } from '../support/sealed.ts'
import { openSealed } from '../support/sealed.ts'
import { sealing } from '../support/seal-booted.ts'

const HOUR = 3_600_000

describe.each(databases)('the sealed trail on %s', (database) => {
  let stores: SealedStores

  beforeEach(async () => {
    stores = await openSealed(database)
  })
  afterEach(() => stores.close())

  const count = async (table: string): Promise<number> => {
    const [row] = (await stores.sql(`select count(*) as n from ${table}`)) as { n: unknown }[]
    return Number(row?.n)
  }
  const seqs = async (): Promise<(number | null)[]> => {
    const found: (number | null)[] = []
    for await (const { seq } of stores.storage.audit.stream({})) found.push(seq)
    return found.toReversed()
  }

  it('K11 loses no event when the clock steps back an hour, and tells that it did', async () => {
    await stores.add(5)
    stores.clock.now -= HOUR
    await stores.add(5)
    stores.clock.now += 2 * HOUR
    await stores.add(5)
    expect(await stores.verify()).toMatchObject({ seq: 15, stepsBack: 1, problem: null })
    // Ids sort by time, the chain by the order in which events came.
    expect(await seqs()).toEqual([6, 7, 8, 9, 10, 1, 2, 3, 4, 5, 11, 12, 13, 14, 15])
    expect(await count('audit_checkpoint')).toBe(3)
  })

  it('seals what another node or the outbox brings late, and what a clock ahead brings early', async () => {
    const { storage, clock } = stores
    await stores.add(3)
    for (const at of [clock.now - 24 * HOUR, clock.now + HOUR]) {
      await storage.audit.record(auditEvent({ at }))
    }
    expect(await stores.verify()).toMatchObject({ seq: 3, waiting: 2, problem: null })
    await stores.add(1)
    expect(await stores.verify()).toMatchObject({ seq: 6, waiting: 0, problem: null })
    expect(await count('audit_unsealed')).toBe(0)
  })

  it('signs where the chain ends at most every ten seconds, and leaves nothing unsigned', async () => {
    const { storage, clock } = stores
    const sealer = stores.newSealer()
    const record = (): Promise<void> => storage.audit.record(auditEvent({ at: clock.now }))
    await record()
    expect(await sealer.seal()).toBe(true)
    await record()
    clock.now += 9999
    await sealer.seal()
    expect([await stores.verify()]).toMatchObject([{ seq: 2, signedThrough: 1 }])
    clock.now += 1
    await sealer.seal()
    expect([await stores.verify()]).toMatchObject([{ seq: 2, signedThrough: 2 }])
    clock.now += 60_000
    await sealer.seal()
    expect(await count('audit_checkpoint')).toBe(2)
  })

  it('one of two sealers seals; the other takes over when it is gone', async () => {
    const [one, other] = [stores.newSealer(), stores.newSealer()]
    await stores.storage.audit.record(auditEvent())
    expect([await one.seal(), await other.seal()]).toEqual([true, false])
    stores.clock.now += 30_000
    expect([await other.seal(), await one.seal()]).toEqual([true, false])
    await other.release()
    expect(await one.seal()).toBe(true)
  })

  describe('K12 pruning', () => {
    /** Three days with 250 events each. */
    const start = Date.parse('2030-01-01')
    const day = (n: number): number => start + n * 24 * HOUR
    beforeEach(async () => {
      for (const n of [0, 1, 2]) {
        stores.clock.now = day(n)
        await stores.add(250)
      }
    })

    it('removes a whole prefix, says so in a signed tombstone, and the rest verifies', async () => {
      expect(await stores.prune(day(2))).toEqual({ through: 500, events: 500 })
      await stores.add(1)
      const fine = { prunedThrough: 500, seq: 752, signedThrough: 752, problem: null }
      expect(await stores.verify()).toMatchObject(fine)
      expect(await stores.verifyWithAnchor()).toMatchObject(fine)
      expect([await count('audit_event'), await count('audit_person')]).toEqual([252, 252])
      const kept = await stores.storage.auditStatements.lastTombstone()
      const [at, before] = [stores.clock.now - 1000, day(2)].map((time) =>
        new Date(time).toISOString(),
      )
      expect(await stores.ring.reader.readTombstone(kept?.jws ?? '')).toEqual({
        iss: 'http://localhost:4000',
        seq: 500,
        hash: expect.stringMatching(/^[\w-]{43}$/),
        at,
        removed: 500,
        before,
        checkpoint: (await stores.storage.auditStatements.checkpointsFrom(500, 1))[0]?.digest,
        previous: null,
      })
      const first = { cursor: null, limit: 9 }
      const { items } = await stores.storage.audit.list({ action: 'audit.pruned' }, first)
      expect(items.map(({ details }) => details)).toEqual([
        { seq: 500, removed: 500, before, by: 'test' },
      ])
    })

    it('goes to a checkpoint only, never to the newest, and twice in a row', async () => {
      expect(await stores.prune(day(0) + 1)).toEqual({ through: 0, events: 0 })
      expect(await stores.prune(day(1) + 100_000)).toEqual({ through: 250, events: 250 })
      expect(await stores.prune(day(1) + 100_000)).toEqual({ through: 250, events: 0 })
      expect(await stores.prune(day(9))).toEqual({ through: 500, events: 250 })
      expect(await stores.verify()).toMatchObject({ prunedThrough: 500, seq: 750, problem: null })
    })

    it('goes on where it was interrupted', async () => {
      const { auditSeal } = stores.storage
      const whole = { ...auditSeal }
      Object.assign(auditSeal, {
        dropCovered: () => Promise.reject(new Error('the power is gone')),
      })
      await expect(stores.prune(day(1))).rejects.toThrow('the power is gone')
      Object.assign(auditSeal, whole)
      expect(await count('audit_event')).toBe(751)
      expect(await stores.verify()).toMatchObject({ prunedThrough: 250, problem: null })
      expect(await stores.prune(day(1))).toEqual({ through: 250, events: 250 })
      expect(await stores.verify()).toMatchObject({ prunedThrough: 250, problem: null })
    })

    it('may happen while somebody verifies', async () => {
      const { auditSeal } = stores.storage
      const linksAfter = auditSeal.linksAfter.bind(auditSeal)
      let isPruned = false
      const pruneFirst: typeof linksAfter = async (from, limit) => {
        if (!isPruned) {
          isPruned = true
          await stores.prune(day(2) + 500_000)
        }
        return linksAfter(from, limit)
      }
      Object.assign(auditSeal, { linksAfter: pruneFirst })
      expect(await stores.verify()).toMatchObject({ prunedThrough: 500, seq: 750, problem: null })
      expect(isPruned).toBe(true)
    })

    it('removes nothing of a prefix that does not verify', async () => {
      await stores.disarm()
      await stores.sql(
        "update audit_event set actor = 'x' where id = (select event from audit_seal where seq = 3)",
      )
      await expect(stores.prune(day(2))).rejects.toMatchObject({
        problem: { kind: 'altered', seq: 3 },
      })
      expect([await count('audit_event'), await count('audit_tombstone')]).toEqual([750, 0])
    })

    it.each([
      [
        'delete from audit_event where id = (select event from audit_seal where seq = 1)',
        'audit_event',
      ],
      ['delete from audit_seal where seq = 1', 'audit_seal'],
      ["update audit_seal set hash = 'x'", 'audit_seal'],
      ['delete from audit_checkpoint', 'audit_checkpoint'],
      ["update audit_checkpoint set jws = 'x'", 'audit_checkpoint'],
    ])('is the only way to remove anything: %s', async (statement, table) => {
      await expect(stores.sql(statement)).rejects.toThrow(`${table} is append-only`)
    })

    it('lets nobody remove its tombstone, or what it does not cover', async () => {
      await stores.prune(day(1))
      for (const [statement, table] of [
        ['delete from audit_tombstone', 'audit_tombstone'],
        ["update audit_tombstone set jws = 'x'", 'audit_tombstone'],
        [
          'delete from audit_event where id = (select event from audit_seal where seq = 251)',
          'audit_event',
        ],
        ['delete from audit_checkpoint where seq = 250', 'audit_checkpoint'],
      ] as const) {
        await expect(stores.sql(statement)).rejects.toThrow(`${table} is append-only`)
      }
    })
  })

  it('erases a person and leaves the chain as it was', async () => {
    const booted = await boot({ database })
    const { storage, impersonation } = booted.parts
    const origin = { requestId: 'req_1', ip: '203.0.113.77', userAgent: 'Netscape 4' }
    const email = 'jane@customer.test'
    const done = { outcome: 'success' } as const
    await impersonation.record({ action: 'login.succeeded', ...done, actor: 'usr_jane' }, origin)
    await impersonation.record({ action: 'login.failed', outcome: 'failure', email }, origin)
    const staff = { requestId: 'req_2', ip: '198.51.100.9', userAgent: 'Lynx' }
    await impersonation.record(
      { action: 'user.viewed', ...done, actor: 'usr_root', subject: 'usr_jane' },
      staff,
    )
    const searched = { action: 'user.searched', ...done, actor: 'usr_root' } as const
    for (const q of [`<${email.toUpperCase()}>`, 'omar']) {
      await impersonation.record({ ...searched, details: { q, results: 1 } }, staff)
    }
    const searches = async (): Promise<unknown> => {
      const wanted = { action: 'user.searched', actor: 'usr_root' } as const
      const found = await storage.audit.list(wanted, { cursor: null, limit: 2 })
      return found.items.map(({ details, ip }) => ({ ...details, ip }))
    }
    const { ip } = staff
    const omars = { q: 'omar', results: 1, ip }
    expect(await searches()).toEqual([omars, { q: `<${email.toUpperCase()}>`, results: 1, ip }])
    const { seal, verify } = await sealing(booted)
    await seal()
    await eraseUser(booted.parts, 'usr_jane', commandLine)
    await eraseUser(booted.parts, 'usr_jane', commandLine)
    await seal()
    expect(await verify()).toMatchObject({ waiting: 0, problem: null })
    expect(await searches()).toEqual([omars, { results: 1, ip }])

    const dump = JSON.stringify(await dumpOf(booted))
    const personal = [email, email.toUpperCase(), 'Jane Doe', origin.ip, origin.userAgent]
    expect(personal.filter((one) => dump.includes(one))).toEqual([])
    // As a word: in a hash or a key these four letters stand now and then.
    expect(dump).not.toMatch(/(?<![\w+/=-])Jane(?![\w+/=-])/)
    // Of the administrator who looked at her, the trail still knows from where.
    expect(dump.includes(staff.ip)).toBe(true)
    expect(await storage.accounts.find('usr_jane')).toMatchObject({
      email: 'usr_jane@erased.invalid',
      name: 'Erased',
      status: 'disabled',
      roles: [],
    })
    expect(await storage.secondFactors.find('usr_jane')).toBeUndefined()
    const { items } = await storage.audit.list(
      { action: 'user.erased' },
      { cursor: null, limit: 9 },
    )
    expect(items.map(({ subject, details }) => ({ subject, details }))).toEqual(
      [1, 2].map(() => ({ subject: 'usr_jane', details: { by: 'command line' } })),
    )
    await booted.close()
  })
})
