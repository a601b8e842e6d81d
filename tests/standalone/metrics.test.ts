import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logEvents } from '../../server/src/standalone/log-events.ts'
import { serveMetrics } from '../../server/src/standalone/metrics/serve-metrics.ts'
import type { Listening } from '../../server/src/standalone/web/listen.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { freePort } from '../support/free-port.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { begin, roomy } from '../support/scene.ts'

let booted: Booted
let cast: Cast
let metrics: Listening | null
let place: string

beforeAll(async () => {
  const port = await freePort()
  place = `http://localhost:${port}`
  booted = await boot({ env: { ...roomy, METRICS_PORT: String(port) } })
  cast = castOf(booted)
  metrics = await serveMetrics(booted.parts)
})

afterAll(async () => {
  await metrics?.close()
  await booted.close()
})

const collect = async (): Promise<string> => (await fetch(`${place}/metrics`)).text()

const counted = async (labels: string): Promise<number> => {
  const lines = (await collect()).split('\n')
  const line = lines.find((one) => one.startsWith(`understudy_audit_events_total{${labels}}`))
  return Number(line?.split(' ').at(-1) ?? 0)
}

describe('metrics', () => {
  it('count what is in the audit trail, requests by their route, and what is active', async () => {
    const { id } = await begin(cast)
    const text = await collect()
    const lines = text.split('\n')
    for (const line of [
      'understudy_audit_events_total{action="impersonation.started",outcome="success",code=""}',
      'understudy_audit_events_total{action="impersonation.refreshed",outcome="success",code=""} 1',
      'understudy_audit_outbox_oldest_seconds 0',
      'understudy_alarms_total 0',
      'understudy_http_request_duration_seconds_count{method="POST",route="token",status="200"}',
      'understudy_http_request_duration_seconds_count{method="POST",route="/api/v1/users/:userId/impersonation/:appId",status="200"} 1',
    ]) {
      expect(lines.some((found) => found.startsWith(line))).toBe(true)
    }
    expect(text).toMatch(/^understudy_impersonations_active [1-9]/m)
    for (const secret of [id, 'usr_', 'jane', '127.0.0.1', '@']) expect(text).not.toContain(secret)
  })

  it('count an end once it is written, and a denial with its code', async () => {
    const ended = 'action="impersonation.ended",outcome="success",code=""'
    const denied = 'action="impersonation.denied",outcome="denied",code="TARGET_NOT_ALLOWED"'
    const before = [await counted(ended), await counted(denied)]
    const [{ id } = { id: '' }] = await booted.parts.storage.impersonations.findOpenOf({
      account: 'usr_jane',
    })
    await booted.parts.impersonation.revoke(id, { requestId: null, ip: null, userAgent: null })
    await cast.start({ user: 'usr_root2' })
    const after = [await counted(ended), await counted(denied)]
    expect(after).toEqual(before.map((count) => count + 1))
  })

  it('count alarms', async () => {
    booted.parts.log.warn({ alarm: false }, 'tried again before anybody need know')
    booted.parts.log.error({ alarm: true }, 'a test of the alarm')
    expect(await collect()).toContain('understudy_alarms_total 1')
  })

  it('Q11 are on a port of their own, and tell nothing else', async () => {
    expect((await fetch(`${booted.issuer}/metrics`)).status).toBe(404)
    expect((await fetch(`${place}/`)).status).toBe(404)
    expect((await fetch(`${place}/metrics`, { method: 'POST' })).status).toBe(404)
    const health = await Promise.all(
      ['/healthz', '/readyz'].map((path) => fetch(booted.issuer + path)),
    )
    for (const answer of health) {
      expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }])
    }
  })
})

it('have a log beside them, in which each event names who, for whom and in which request', async () => {
  logEvents(booted.parts)
  const { body } = await cast.start({ user: 'usr_jane' })
  const line = booted
    .log()
    .split('\n')
    .filter((one) => one.includes('"audit event"'))
    .map((one) => JSON.parse(one) as Record<string, unknown>)
    .find(({ action }) => action === 'impersonation.started')
  expect(line).toEqual({
    level: 30,
    time: expect.any(String) as unknown,
    msg: 'audit event',
    request_id: expect.stringMatching(/^req_/) as unknown,
    event: expect.stringMatching(/^aud_/) as unknown,
    action: 'impersonation.started',
    outcome: 'success',
    denial: null,
    actor: 'usr_root',
    subject: 'usr_jane',
    app: 'acme-portal',
    impersonation: body.impersonation_id,
    s2s_client: 'acme-backend',
  })
})

it('are collected nowhere without a port', async () => {
  const { server } = booted.parts
  const parts = { ...booted.parts, server: { ...server, metricsPort: undefined } }
  expect(await serveMetrics(parts)).toBe(null)
})
