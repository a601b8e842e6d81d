import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Beside } from '../support/beside.ts'
import { besides } from '../support/beside.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { castOf } from '../support/cast.ts'
import { roomy } from '../support/scene.ts'
import { advance, resetClock } from '../support/turned-clock.ts'
import { subscribe, unsubscribeAll, webhookNode } from '../support/webhook-node.ts'
import type { WebhookReceiver } from '../support/webhook-receiver.ts'
import { startWebhookReceiver, status } from '../support/webhook-receiver.ts'

const MANY = 10_000

describe.each(['sqlite', 'postgres'] as const)('a queue of webhooks on %s', (database) => {
  let booted: Booted
  let beside: Beside
  let receiver: WebhookReceiver
  let other: WebhookReceiver
  beforeAll(async () => {
    booted = await boot({ database, env: roomy })
    beside = await besides(booted)
    receiver = await startWebhookReceiver()
    other = await startWebhookReceiver()
  })
  afterEach(async () => {
    await unsubscribeAll(booted.parts)
    resetClock()
  })
  afterAll(async () => {
    await receiver.close()
    await other.close()
    await beside.close()
    await booted.close()
  })

  const numbers = (many: number): string =>
    database === 'sqlite'
      ? `(with recursive n(i) as (select 1 union all select i + 1 from n where i < ${many}) select i from n)`
      : `(select i from generate_series(1, ${many}) as n(i))`

  const queue = (endpoint: string, many: number): Promise<unknown> =>
    beside.sql(`insert into webhook_delivery
      (endpoint, impersonation, event, created_at, due_at, attempts)
      select '${endpoint}', 'imp_many_' || i, 'impersonation.ended', ${Date.now()}, 0, 0
      from ${numbers(many)} as numbered`)

  const waitingFor = async (endpoint: string): Promise<number> =>
    (await booted.parts.storage.webhookDeliveries.count(endpoint, 200_000)).waiting

  /** Ended a moment ago, and never anything else. */
  const addImpersonations = (many: number): Promise<unknown> =>
    beside.sql(`insert into impersonation (id, actor, subject, app, mode, scope, started_at,
      expires_at, ended_at, end_noticed_at, ended_by, end_reason)
      select 'imp_many_' || i, 'usr_root', 'usr_jane', 'acme-portal', 'full', 'openid', 1000, 2000,
      1500, 1500, 'admin', 'revoked_by_admin' from ${numbers(many)} as numbered`)

  it('M16 stays small and keeps nobody else waiting while a receiver hangs', async () => {
    const { parts } = booted
    await addImpersonations(MANY)
    const slow = await subscribe(parts, { url: receiver.url, events: ['impersonation.ended'] })
    const well = await subscribe(parts, { url: other.url, events: ['impersonation.ended'] })
    await queue(slow.endpoint.id, MANY)
    await queue(well.endpoint.id, 20)
    const closed: number[] = []
    receiver.answer = (response) => {
      const began = performance.now()
      response.on('close', () => closed.push(performance.now() - began))
    }
    const heap = process.memoryUsage().heapUsed
    const node = webhookNode(parts)
    await node.turn(1, () => false)
    await vi.waitFor(() => expect(other.received).toHaveLength(20), { timeout: 4000 })
    // The healthy one got everything while the other one was still being waited for.
    expect(closed).toEqual([])
    for (let turn = 2; turn <= 5; turn++) await node.turn(turn, () => false)
    await node.finish()
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(64 * 2 ** 20)
    expect(receiver.most()).toBeLessThanOrEqual(4)
    expect(closed).toHaveLength(4)
    for (const milliseconds of closed) {
      expect(milliseconds).toBeGreaterThan(2500)
      expect(milliseconds).toBeLessThan(8000)
    }
    expect(await waitingFor(slow.endpoint.id)).toBe(MANY)
    receiver.received.length = 0
    receiver.answer = status(204)
    advance(60)
    await node.turn(6, () => false)
    await node.finish()
    expect(receiver.received).toHaveLength(MANY)
    expect(await waitingFor(slow.endpoint.id)).toBe(0)
  }, 600_000)

  it('is given up when it is a day old and its receiver still down', async () => {
    const { parts } = booted
    const { endpoint } = await subscribe(parts, {
      url: receiver.url,
      events: ['impersonation.ended'],
    })
    receiver.answer = status(500)
    await queue(endpoint.id, 120)
    advance(24 * 3600 + 1)
    const node = webhookNode(parts)
    await node.turn(1, () => false)
    await node.finish()
    expect(await waitingFor(endpoint.id)).toBe(0)
    const failed = await castOf(booted).audit({ action: 'webhook.failed' })
    expect(failed.filter(({ details }) => details['endpoint'] === endpoint.id)).toHaveLength(120)
  }, 120_000)

  it('takes no more than 100 000, with an alarm, and goes on when there is room', async () => {
    const { parts } = booted
    const cast = castOf(booted)
    const { endpoint } = await subscribe(parts, { url: receiver.url })
    await queue(endpoint.id, 99_999)
    await parts.storage.webhookEndpoints.note(endpoint.id, { resumeAt: Date.now() + 1e9 })
    const node = webhookNode(parts)
    const startAndEnd = async (): Promise<void> => {
      const { body } = await cast.start()
      const path = `/api/v1/impersonations/${body.impersonation_id as string}`
      const ended = await cast.request('DELETE', path, { token: await cast.serviceToken() })
      expect(ended.status).toBe(204)
    }
    await startAndEnd()
    expect(await waitingFor(endpoint.id)).toBe(100_001)
    await node.turn(10, () => false)
    await startAndEnd()
    expect(await waitingFor(endpoint.id)).toBe(100_001)
    const failed = (await cast.audit({ action: 'webhook.failed' })).map(({ details }) => details)
    expect(failed.filter((one) => one['endpoint'] === endpoint.id)).toEqual([
      { endpoint: endpoint.id, error: 'queue full' },
    ])
    expect(booted.log()).toContain('"alarm":true,"msg":"webhook queue is full"')
    await beside.sql(`delete from webhook_delivery where impersonation like 'imp_many_%'`)
    await node.turn(20, () => false)
    await startAndEnd()
    expect(await waitingFor(endpoint.id)).toBe(4)
    await node.finish()
  }, 300_000)
})
