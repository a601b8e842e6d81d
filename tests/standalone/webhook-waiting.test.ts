import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diagnoseWebhooks } from '../../server/src/standalone/webhooks/diagnose-webhooks.ts'
import { waitingFor } from '../../server/src/standalone/webhooks/waiting.ts'
import type { SealedStores } from '../support/sealed.ts'
import { openSealed } from '../support/sealed.ts'

const HOUR = 3_600_000

describe.each(['sqlite', 'postgres'] as const)('what waits for an endpoint, on %s', (database) => {
  let stores: SealedStores
  beforeAll(async () => {
    stores = await openSealed(database)
  })
  afterAll(() => stores.close())

  it('is the audit trail as well, where it is told that', async () => {
    const { storage, clock } = stores
    await stores.add(3)
    const { seq } = await storage.auditSeal.head()
    const endpoint = {
      id: 'whe_1',
      url: 'https://siem.test/',
      format: 'standard',
      events: ['audit.*'],
      audience: null,
      sealedSecret: null,
      createdAt: clock.now,
      auditSeq: seq,
      failures: 0,
      resumeAt: 0,
      lastError: null,
      isFull: false,
    } as const
    await storage.webhookEndpoints.add(endpoint)
    expect(await waitingFor(storage, endpoint, 100)).toEqual({ waiting: 0, oldest: null })
    await stores.add(5)
    const [next] = await storage.webhookDeliveries.auditAfter(seq, 1)
    const since = next?.at ?? 0
    expect(await waitingFor(storage, endpoint, 100)).toEqual({ waiting: 5, oldest: since })
    const other = { ...endpoint, events: ['impersonation.ended'] } as const
    expect(await waitingFor(storage, other, 100)).toEqual({ waiting: 0, oldest: null })

    expect(await diagnoseWebhooks(storage, since + HOUR)).toMatchObject({ level: 'ok' })
    expect(await diagnoseWebhooks(storage, since + HOUR + 1)).toMatchObject({
      level: 'fail',
      detail: 'whe_1 was not reached: nobody tried',
    })
    await storage.webhookEndpoints.note('whe_1', { auditSeq: seq + 5 })
    const [told] = await storage.webhookEndpoints.list()
    expect(await waitingFor(storage, told ?? endpoint, 100)).toEqual({ waiting: 0, oldest: null })
  })
})
