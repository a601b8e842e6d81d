import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StorageUnavailable } from 'understudy'
import type { AuditEvent } from 'understudy'
import type { Stores } from '../support/stores.ts'
import { auditEvent, databases, impersonation, NOW, openStores } from '../support/stores.ts'

const FIRST = { cursor: null, limit: 25 }

describe.each(databases)('the audit trail on %s', (database) => {
  let stores: Stores

  beforeEach(async () => {
    stores = await openStores(database)
  })
  afterEach(() => stores.close())

  const trail = (): Stores['storage']['audit'] => stores.storage.audit
  const ended = { at: NOW, by: 'admin', reason: 'revoked_by_admin' } as const
  const endEvent = (id: string): AuditEvent =>
    auditEvent({ action: 'impersonation.ended', impersonation: id })
  /** Opens one and ends it, so that its event waits in the outbox. */
  const endOne = async (): Promise<AuditEvent> => {
    const imp = impersonation({ actor: `usr_${Math.random()}` })
    const event = endEvent(imp.id)
    await stores.storage.impersonations.add(imp)
    await stores.storage.impersonations.end(imp.id, ended, [event])
    return event
  }
  const breakTrail = (): Promise<unknown> =>
    stores.sql('alter table audit_event rename to audit_event_away')
  const mendTrail = (): Promise<unknown> =>
    stores.sql('alter table audit_event_away rename to audit_event')

  it('gives an event back as it was recorded', async () => {
    const full = auditEvent({
      impersonation: 'imp_1',
      details: { reason: '„Säule“', n: [1, null] },
    })
    const bare = auditEvent({
      action: 's2s.auth_failed',
      outcome: 'denied',
      code: 'S2S_SCOPE',
      actor: null,
      service: null,
      subject: null,
      organization: null,
      app: null,
      requestId: null,
      ip: null,
      userAgent: null,
      details: {},
    })
    await trail().record(full)
    await trail().record(bare)
    expect(await trail().list({}, FIRST)).toEqual({ items: [bare, full], nextCursor: null })
  })

  it.each([
    ["update audit_event set actor = 'usr_other'"],
    ['delete from audit_event'],
    ...(database === 'postgres' ? [['truncate audit_event']] : []),
  ])('refuses: %s', async (statement) => {
    await trail().record(auditEvent())
    const before = await stores.dump()
    await expect(stores.sql(statement)).rejects.toThrow('audit_event is append-only')
    expect(await stores.dump()).toBe(before)
  })

  it('refuses to replace an event by one with the same id', async () => {
    const event = auditEvent()
    await trail().record(event)
    await trail().record({ ...event, actor: 'usr_other', ip: '203.0.113.1' }, 'mallory@acme.test')
    expect((await trail().list({}, FIRST)).items).toEqual([event])
    expect(await stores.dump()).not.toContain('mallory')
    if (database === 'postgres') return
    const columns = 'id, at, action, outcome, details'
    const forged = `'${NOW}', 'login.succeeded', 'success', '{}'`
    await stores.sql(`replace into audit_event (${columns}) values ('${event.id}', ${forged})`)
    await stores.sql(`replace into audit_event (rowid, ${columns}) values (1, 'aud_x', ${forged})`)
    expect((await trail().list({}, FIRST)).items).toEqual([event])
  })

  it('keeps personal data apart, so that erasing it leaves the events as they are', async () => {
    const event = auditEvent()
    await trail().record(event, 'jane@customer.test')
    const rows = JSON.stringify(await stores.sql('select * from audit_event'))
    for (const personal of ['192.0.2.1', 'Firefox', 'jane@customer.test']) {
      expect(rows).not.toContain(personal)
    }
    expect(await stores.sql('select * from audit_person')).toEqual([
      {
        event: event.id,
        ip: '192.0.2.1',
        user_agent: 'Firefox',
        email: 'jane@customer.test',
        searched: null,
      },
    ])
    await stores.sql('delete from audit_person')
    expect((await trail().list({}, FIRST)).items).toEqual([{ ...event, ip: null, userAgent: null }])
  })

  it('shows the position of an event in the chain once it is sealed', async () => {
    const event = auditEvent()
    await trail().record(event)
    await stores.sql(`insert into audit_seal (seq, event, hash) values (1, '${event.id}', 'h')`)
    expect((await trail().list({}, FIRST)).items).toEqual([{ ...event, seq: 1 }])
  })

  it('keeps what happened within one millisecond in its order', async () => {
    const events = Array.from({ length: 20 }, (_, n) =>
      auditEvent({ impersonation: 'imp_1', details: { n } }),
    )
    await stores.storage.unitOfWork.run(async () => {
      for (const event of events) await trail().record(event)
    })
    expect((await trail().timeline('imp_1')).events).toEqual(events)
  })

  describe('the list', () => {
    const all = [
      auditEvent({ at: NOW - 4000, action: 'login.failed', outcome: 'failure', actor: 'usr_a' }),
      auditEvent({ at: NOW - 3000, subject: 'usr_omar', app: 'acme-billing' }),
      auditEvent({
        at: NOW - 2000,
        outcome: 'denied',
        code: 'NOT_FOUND',
        organization: 'org_contoso',
        impersonation: 'imp_1',
      }),
      auditEvent({ at: NOW - 1000, action: 'impersonation.ended', impersonation: 'imp_1' }),
      auditEvent({ at: NOW, action: 'privilege_violation', outcome: 'denied', actor: 'usr_a' }),
    ]

    beforeEach(async () => {
      for (const event of all) await trail().record(event)
    })

    it.each([
      [{ from: NOW - 2000 }, [4, 3, 2]],
      [{ to: NOW - 2000 }, [1, 0]],
      [{ from: NOW - 3000, to: NOW - 1000 }, [2, 1]],
      [{ action: 'login.failed' }, [0]],
      [{ actor: 'usr_a' }, [4, 0]],
      [{ actor: 'usr_a', action: 'privilege_violation' }, [4]],
      [{ subject: 'usr_omar' }, [1]],
      [{ organization: 'org_contoso' }, [2]],
      [{ organization: 'org_contoso', outcome: 'failure' }, []],
      [{ app: 'acme-billing' }, [1]],
      [{ impersonation: 'imp_1' }, [3, 2]],
      [{ outcome: 'denied' }, [4, 2]],
      [{ outcome: 'failure', actor: 'usr_root' }, []],
    ] as const)('filters by %j', async (filter, wanted) => {
      const items = wanted.map((index) => all[index])
      expect(await trail().list(filter, FIRST)).toEqual({ items, nextCursor: null })
    })

    it('filters by the action most events are of, which has fewer indexes', async () => {
      const action = 'impersonation.refreshed' as const
      const app = 'acme-billing'
      const refreshed = auditEvent({ at: NOW + 1, action, actor: 'usr_a', app })
      await trail().record(refreshed)
      for (const filter of [{ action }, { actor: 'usr_a', action }, { app, action }] as const) {
        const page = { items: [refreshed], nextCursor: null }
        expect(await trail().list(filter, FIRST)).toEqual(page)
        const denied = { ...filter, outcome: 'denied' } as const
        expect(await trail().list(denied, FIRST)).toEqual({ items: [], nextCursor: null })
      }
      const others = await trail().list({ actor: 'usr_a', action: 'login.failed' }, FIRST)
      expect(others.items).toEqual([all[0]])
    })

    it('gives page after page, newest first, also while events are added', async () => {
      const first = await trail().list({}, { cursor: null, limit: 2 })
      expect(first.items).toEqual([all[4], all[3]])
      await trail().record(auditEvent({ at: NOW + 1 }))
      const second = await trail().list({}, { cursor: first.nextCursor, limit: 2 })
      expect(second.items).toEqual([all[2], all[1]])
      expect(await trail().list({}, { cursor: second.nextCursor, limit: 2 })).toEqual({
        items: [all[0]],
        nextCursor: null,
      })
    })

    it('refuses a cursor it never gave', async () => {
      const list = trail().list({}, { cursor: '%', limit: 2 })
      await expect(list).rejects.toMatchObject({ name: 'CursorInvalid' })
    })
  })

  it('streams everything that matches, newest first, over many pages', async () => {
    const events = Array.from({ length: 250 }, (_, n) => auditEvent({ at: NOW + n }))
    await stores.storage.unitOfWork.run(async () => {
      for (const event of events) await trail().record(event)
    })
    const streamed: AuditEvent[] = []
    for await (const event of trail().stream({ from: NOW + 10 })) streamed.push(event)
    expect(streamed).toEqual(events.slice(10).toReversed())
  })

  it('moves what waits in the outbox into the trail, once however often it is asked', async () => {
    const events = []
    for (let n = 0; n < 3; n++) events.push(await endOne())
    expect((await trail().list({}, FIRST)).items).toEqual([])
    await Promise.all([trail().flush(), trail().flush(), trail().flush()])
    await trail().flush()
    expect((await trail().list({}, FIRST)).items).toEqual(events.toReversed())
    expect(await stores.sql('select * from audit_outbox')).toEqual([])
    expect(await stores.sql('select * from audit_person')).toHaveLength(3)
  })

  it('moves an event again when the first time was not acknowledged', async () => {
    const event = await endOne()
    const [waiting] = (await stores.sql('select * from audit_outbox')) as { event: string }[]
    await trail().flush()
    await stores.sql(
      `insert into audit_outbox (id, event) values ('${event.id}', '${waiting?.event ?? ''}')`,
    )
    await trail().flush()
    expect((await trail().list({}, FIRST)).items).toEqual([event])
  })

  it('fails a start-like unit as a whole while the trail cannot be written', async () => {
    const imp = impersonation()
    await breakTrail()
    const start = stores.storage.unitOfWork.run(async () => {
      await stores.storage.impersonations.add(imp)
      await stores.storage.models('Grant').upsert(imp.id, {}, 60)
      await trail().record(auditEvent({ impersonation: imp.id }))
    })
    await expect(start).rejects.toThrow(StorageUnavailable)
    await mendTrail()
    expect(await stores.storage.impersonations.find(imp.id)).toBeUndefined()
    expect(await stores.storage.models('Grant').find(imp.id)).toBeUndefined()
  })

  it('ends impersonations while the trail cannot be written, and writes their events later', async () => {
    await breakTrail()
    const event = await endOne()
    await expect(trail().flush()).rejects.toThrow(StorageUnavailable)
    expect(await stores.storage.impersonations.find(event.impersonation ?? '')).toMatchObject({
      ended,
    })
    await mendTrail()
    await trail().flush()
    expect((await trail().timeline(event.impersonation ?? '')).events).toEqual([event])
  })

  it('says that it cannot be read', async () => {
    await breakTrail()
    await expect(trail().list({}, FIRST)).rejects.toThrow(StorageUnavailable)
    await mendTrail()
  })
})
