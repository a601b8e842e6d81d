import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConditionLost } from 'understudy'
import type { Stores } from '../support/stores.ts'
import { auditEvent, databases, impersonation, NOW, openStores } from '../support/stores.ts'

const HALF_AN_HOUR = 1_800_000

describe.each(databases)('the records of impersonations on %s', (database) => {
  let stores: Stores

  beforeEach(async () => {
    stores = await openStores(database)
  })
  afterEach(() => stores.close())

  const store = (): Stores['storage']['impersonations'] => stores.storage.impersonations
  const ended = { at: NOW + 1000, by: 'impersonator', reason: 'ended_by_impersonator' } as const
  const end = (id: string): ReturnType<typeof auditEvent> =>
    auditEvent({ action: 'impersonation.ended', impersonation: id })

  it('gives a record back as it was put in', async () => {
    const full = impersonation({
      mode: 'full',
      organization: 'org_northwind',
      reason: 'cannot see charger 12 – „Säule“',
      ticket: 'SUP-1',
      redeemBy: NOW + 120_000,
      actorSession: 'uid',
      service: null,
    })
    await store().add(full)
    expect(await store().find(full.id)).toEqual(full)
    expect(await store().find('imp_unknown')).toBeUndefined()
  })

  it('lets an actor have one open impersonation', async () => {
    const first = impersonation()
    await store().add(first)
    await expect(store().add(impersonation())).rejects.toEqual(new ConditionLost('actor_busy'))
    await store().add(impersonation({ actor: 'usr_root2' }))
    expect(await store().findOpenByActor('usr_root')).toEqual(first)
  })

  it('lets exactly one of many starts of an actor through', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        stores.storage.unitOfWork.run(() => store().add(impersonation())),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes.filter(({ status }) => status === 'rejected')) {
      expect(outcome).toMatchObject({ reason: { condition: 'actor_busy' } })
    }
  })

  it('lets an actor start again in the unit that ends the one before', async () => {
    const first = impersonation()
    const second = impersonation()
    await store().add(first)
    await stores.storage.unitOfWork.run(async () => {
      await store().end(first.id, ended, [])
      await store().add(second)
    })
    expect(await store().findOpenByActor('usr_root')).toEqual(second)
  })

  it('ends one once: cause, grant and event are those of the first end', async () => {
    const imp = impersonation()
    await store().add(imp)
    await stores.storage.models('Grant').upsert(imp.id, {}, 60)
    const event = end(imp.id)
    await store().end(imp.id, ended, [event])
    await store().end(imp.id, { at: NOW + 5000, by: 'admin', reason: 'revoked_by_admin' }, [
      end(imp.id),
    ])
    expect(await store().find(imp.id)).toEqual({ ...imp, ended })
    expect(await stores.storage.models('Grant').find(imp.id)).toBeUndefined()
    await stores.storage.audit.flush()
    expect((await stores.storage.audit.timeline(imp.id)).events).toEqual([event])
  })

  it('writes one event when many end it at once', async () => {
    const imp = impersonation()
    await store().add(imp)
    await Promise.all(
      Array.from({ length: 20 }, () =>
        stores.storage.unitOfWork.run(() => store().end(imp.id, ended, [end(imp.id)])),
      ),
    )
    await stores.storage.audit.flush()
    expect((await stores.storage.audit.timeline(imp.id)).events).toHaveLength(1)
  })

  it('does nothing when what is to be ended is unknown', async () => {
    const before = await stores.dump()
    await store().end('imp_unknown', ended, [end('imp_unknown')])
    expect(await stores.dump()).toBe(before)
  })

  it('remembers the first redemption only', async () => {
    const imp = impersonation({ redeemBy: NOW + 60_000 })
    await store().add(imp)
    await store().markRedeemed(imp.id, NOW + 1000)
    await store().markRedeemed(imp.id, NOW + 2000)
    expect(await store().find(imp.id)).toEqual({ ...imp, redeemedAt: NOW + 1000 })
  })

  it('finds open ones by actor or subject, and by app, oldest first', async () => {
    const acting = impersonation({ actor: 'usr_a', startedAt: NOW - 3000 })
    const suffering = impersonation({ actor: 'usr_b', subject: 'usr_a', startedAt: NOW - 2000 })
    const elsewhere = impersonation({ actor: 'usr_c', app: 'other', startedAt: NOW - 1000 })
    const over = impersonation({ actor: 'usr_a', startedAt: NOW - 4000, ended })
    for (const imp of [elsewhere, suffering, acting, over]) await store().add(imp)
    expect(await store().findOpenOf({ account: 'usr_a' })).toEqual([acting, suffering])
    expect(await store().findOpenOf({ app: 'acme-portal' })).toEqual([acting, suffering])
    expect(await store().findOpenOf({ app: 'other' })).toEqual([elsewhere])
  })

  it('finds what time has ended, oldest first and bounded', async () => {
    const late = impersonation({ actor: 'usr_a', expiresAt: NOW + 2000 })
    const later = impersonation({ actor: 'usr_b', expiresAt: NOW + 3000 })
    const unopened = impersonation({ actor: 'usr_c', redeemBy: NOW + 1000 })
    const opened = impersonation({ actor: 'usr_d', redeemBy: NOW + 1000, redeemedAt: NOW })
    const over = impersonation({ actor: 'usr_e', expiresAt: NOW + 1, ended })
    for (const imp of [later, late, unopened, opened, over]) await store().add(imp)
    expect(await store().findOverdue(NOW + 999, 10)).toEqual([])
    expect(await store().findOverdue(NOW + 1000, 10)).toEqual([unopened])
    expect(await store().findOverdue(NOW + 3000, 10)).toEqual([late, later, unopened])
    expect(await store().findOverdue(NOW + 3000, 1)).toEqual([late])
  })

  describe('the list', () => {
    const all = [
      impersonation({ actor: 'usr_a', startedAt: NOW - 5000 }),
      impersonation({ actor: 'usr_a', startedAt: NOW - 4000, ended }),
      impersonation({
        actor: 'usr_b',
        startedAt: NOW - 3000,
        subject: 'usr_omar',
        organization: 'org_a',
      }),
      impersonation({ actor: 'usr_c', startedAt: NOW - 2000, app: 'acme-billing' }),
      impersonation({ actor: 'usr_d', startedAt: NOW - 1000, redeemBy: NOW }),
    ].map((imp, index) => (index === 1 ? imp : { ...imp, ended: null }))

    beforeEach(async () => {
      for (const imp of all) await store().add(imp)
    })

    it('shows the newest first, page by page, and says where the next begins', async () => {
      const first = await store().list({}, { cursor: null, limit: 2 }, NOW)
      expect(first.items).toEqual([all[4], all[3]])
      const second = await store().list({}, { cursor: first.nextCursor, limit: 2 }, NOW)
      expect(second.items).toEqual([all[2], all[1]])
      const third = await store().list({}, { cursor: second.nextCursor, limit: 2 }, NOW)
      expect(third).toEqual({ items: [all[0]], nextCursor: null })
      expect(await store().list({}, { cursor: null, limit: 5 }, NOW)).toMatchObject({
        nextCursor: null,
      })
    })

    it('does not repeat or skip when a new one starts between two pages', async () => {
      const first = await store().list({}, { cursor: null, limit: 2 }, NOW)
      await store().add(impersonation({ actor: 'usr_z' }))
      const second = await store().list({}, { cursor: first.nextCursor, limit: 2 }, NOW)
      expect(second.items).toEqual([all[2], all[1]])
    })

    it.each([
      [{ actor: 'usr_a' }, [1, 0]],
      [{ subject: 'usr_omar' }, [2]],
      [{ organization: 'org_a' }, [2]],
      [{ organization: 'org_a', status: 'ended' }, []],
      [{ app: 'acme-billing' }, [3]],
      [{ status: 'active' }, [3, 2, 0]],
      [{ status: 'ended' }, [4, 1]],
      [{ status: 'ended', actor: 'usr_a' }, [1]],
      [{ actor: 'USR_A' }, []],
    ] as const)('filters by %j', async (filter, wanted) => {
      const page = await store().list(filter, { cursor: null, limit: 25 }, NOW)
      expect(page).toEqual({ items: wanted.map((index) => all[index]), nextCursor: null })
    })

    it('counts overdue ones as ended before anybody has written that down', async () => {
      const page = await store().list(
        { status: 'active' },
        { cursor: null, limit: 25 },
        NOW + HALF_AN_HOUR,
      )
      expect(page.items).toEqual([])
    })

    it.each(['', 'not a cursor', 'AA==', Buffer.from('\0').toString('base64url')])(
      'refuses the cursor %j, which it never gave',
      async (cursor) => {
        const list = store().list({}, { cursor, limit: 25 }, NOW)
        await expect(list).rejects.toMatchObject({ name: 'CursorInvalid' })
      },
    )
  })
})
