import type { AuditEvent } from 'understudy'
import { describe, expect, it } from 'vitest'
import type { Decision, Verifier } from '../../sdk/src/server/index.ts'
import { createVerifier } from '../../sdk/src/server/index.ts'
import { expectError, onStage } from '../support/attack.ts'
import type { JsonAnswer } from '../support/cast.ts'
import { begin } from '../support/scene.ts'
import { advance, stopClock } from '../support/turned-clock.ts'

const EACH = 600
const seenOnce = { type: 'request', method: 'GET', route: '/a' }

describe('reports without end', { timeout: 120_000 }, () => {
  const stage = onStage('sqlite')

  const verifierOf = (): Verifier =>
    createVerifier({
      issuer: stage.booted.issuer,
      clientId: 'acme-backend',
      clientSecret: 'acme-backend-secret',
      feed: false,
      clock: () => Date.now(),
    })
  const ask = (
    verifier: Verifier,
    token: string,
    method: string,
    route: string,
  ): Promise<Decision> => verifier.guard({ route })({ method, header: () => `Bearer ${token}` })
  const report = (id: string, times = 50): Promise<JsonAnswer> =>
    stage.cast.request('POST', `/api/v1/impersonations/${id}/events`, {
      token: stage.service,
      json: { events: Array.from({ length: times }, () => seenOnce) },
    })
  const end = async (id: string): Promise<void> => {
    const token = stage.service
    await stage.cast.request('DELETE', `/api/v1/impersonations/${id}`, { token })
  }
  const seen = (
    events: readonly AuditEvent[],
    action: AuditEvent['action'],
  ): AuditEvent['details'][] =>
    events.filter((event) => event.action === action).map(({ details }) => details)

  it('do not push out of the trail what was written, or tried, in somebody else’s name', async () => {
    const token = stage.service
    await stage.cast.request('DELETE', '/api/v1/impersonations?actor=usr_root2', { token })
    const { id, accessToken } = await begin(stage.cast, { body: { mode: 'full' } })
    const reading = await begin(stage.cast, {
      actor: await stage.token('root2@acme.test'),
      user: 'usr_omar',
    })
    const verifier = verifierOf()
    const browse = async (times: number): Promise<void> => {
      for (let at = 0; at < times; at += 1)
        await ask(verifier, accessToken, 'GET', `/pages/${at % 40}`)
    }
    const events = await stage.trail(async () => {
      await browse(700)
      await ask(verifier, accessToken, 'POST', '/transfers')
      await ask(verifier, reading.accessToken, 'POST', '/orders')
      await browse(5000)
      await verifier.close()
    })
    expect(seen(events, 'impersonation.write_blocked')).toEqual([
      { method: 'POST', route: '/orders', request_id: expect.any(String) },
    ])
    const requests = seen(events, 'impersonation.request')
    expect(requests.filter(({ method }) => method === 'POST')).toEqual([
      { method: 'POST', route: '/transfers', request_id: null },
    ])
    // Not one was lost, and they fill the trail no faster.
    const counts = requests.map(({ count }) => Number(count ?? 1))
    expect(counts.reduce((sum, one) => sum + one, 0)).toBe(5701)
    expect(requests.length).toBeLessThan(500)
    expect(verifier.droppedReports).toBe(0)
    for (const { impersonation, subject } of events)
      expect(subject).toBe(impersonation === id ? 'usr_jane' : 'usr_omar')
  })

  it('use up what one impersonation has, and nothing of another’s', async () => {
    stopClock()
    const { id } = await begin(stage.cast)
    for (let at = 0; at < EACH; at += 50) expect((await report(id)).status).toBe(202)
    const events = await stage.trail(async () => {
      const refused = await report(id, 1)
      expectError(refused, 429, 'RATE_LIMITED')
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect((await report(id)).status).toBe(429)
    })
    const exceeded = {
      action: 'rate_limit.exceeded',
      code: 'RATE_LIMITED',
      actor: 'usr_root',
      service: 'acme-backend',
      impersonation: id,
      details: { limit: 'events' },
    }
    expect(events).toEqual([expect.objectContaining(exceeded), expect.objectContaining(exceeded)])
    await end(id)
    const other = await begin(stage.cast)
    expect((await report(other.id)).status).toBe(202)
  })

  it('are bounded for a service, too, and one impersonation is a small part of that', async () => {
    stopClock()
    advance(120)
    const ids: string[] = []
    for (let at = 0; at < 11; at += 1) {
      const { body } = await stage.start()
      ids.push(body.impersonation_id)
      await end(body.impersonation_id)
    }
    const [first = '', ...others] = ids
    // What is refused for one impersonation counts for nobody else.
    for (let at = 0; at < 3 * EACH; at += 50) await report(first)
    for (const id of others.slice(0, 9))
      for (let at = 0; at < EACH; at += 50) expect((await report(id)).status).toBe(202)
    const events = await stage.trail(async () => {
      expectError(await report(others[9] ?? ''), 429, 'RATE_LIMITED')
    })
    expect(events).toEqual([
      expect.objectContaining({
        action: 'rate_limit.exceeded',
        service: 'acme-backend',
        details: { limit: 'service_events' },
      }),
    ])
  })

  it('are taken for some minutes after the end, and then no more', async () => {
    const { body } = await stage.start()
    const id = body.impersonation_id as string
    stopClock()
    await end(id)
    advance(295)
    expect((await report(id, 1)).status).toBe(202)
    advance(10)
    const events = await stage.trail(async () => {
      expectError(await report(id, 2), 404, 'NOT_FOUND')
    })
    expect(events).toEqual([])
  })

  it('are refused as well when nobody has written down yet that time ended it', async () => {
    const { body } = await stage.start()
    advance(1800 + 305)
    const token = await stage.cast.serviceToken()
    const path = `/api/v1/impersonations/${body.impersonation_id}/events`
    const json = { events: [{ type: 'request', method: 'GET', route: '/a' }] }
    const refused = await stage.cast.request('POST', path, { token, json })
    expectError(refused, 404, 'NOT_FOUND')
    await stage.booted.parts.impersonation.sweep()
  })
})
