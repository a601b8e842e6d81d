import type { AuditEvent } from 'understudy'
import { newId } from 'understudy'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Stores } from '../support/stores.ts'
import { auditEvent, databases, NOW, openStores } from '../support/stores.ts'

describe.each(databases)('a timeline on %s', (database) => {
  let stores: Stores
  beforeEach(async () => {
    stores = await openStores(database)
  })
  afterEach(() => stores.close())

  const event = (action: AuditEvent['action'], n: number): AuditEvent => {
    const at = NOW + n
    return auditEvent({ id: newId('aud', at), at, action, impersonation: 'imp_1', details: { n } })
  }

  it('keeps what matters of an impersonation that made very many requests', async () => {
    const { audit, unitOfWork } = stores.storage
    const flood = Array.from({ length: 2500 }, (_, n) => event('impersonation.request', n))
    const events = [
      event('impersonation.started', -2),
      event('impersonation.write_blocked', -1),
      ...flood.slice(0, 1200),
      event('impersonation.write_blocked', 1199),
      ...flood.slice(1200),
      event('impersonation.ended', 2500),
    ]
    await unitOfWork.run(async () => {
      for (const one of events) await audit.record(one)
    })
    const cut = new Set(flood.slice(0, 1500))
    const kept = events.filter((one) => !cut.has(one))
    expect(await audit.timeline('imp_1')).toEqual({ events: kept, isTruncated: true })
  })
})
